// steps: d = 1 f 6
// expect: y = 1 f 6, h = x x x, z = x x x
module top(input clk, input [3:0] d, output [3:0] y, output [7:0] h, output z);
  wire [7:0] half;
  assign half[3:0] = d;
  assign h = half, y = half[3:0];
  undriven_part open(.a(d[0]), .b(misspelt), .c(), .z(z));
endmodule
module undriven_part(input a, input b, input c, output z);
  assign z = a & b & c;
endmodule
