// steps: en = 1 1 0 0, d = 1 2 3 4
// expect: q = 1 2 1 2
module top(input clk, input en, input [7:0] d, output [7:0] q);
  reg [7:0] m [0:1];
  always @* if (en) m[d[0]] = d;
  assign q = m[d[0]];
endmodule
