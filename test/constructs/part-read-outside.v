// steps: i = 0 1 2 7 8
// expect: q = x x x f x, b = 1 1 1 1 x
// expect built-in: q = 8 c e f 7, b = 1 1 1 1 0
// expect verilator: q = 7 3 1 f 7, b = 1 1 1 1 1
module top(input clk, input [3:0] i, output [3:0] q, output b);
  reg [7:0] v = 8'hff;
  always @(posedge clk) v <= 8'hff;
  assign q = v[i -: 4];
  assign b = v[i];
endmodule
