// steps: a = 3 3 3 5, b = 1 2 3 4
// expect: q = 4 4 4 9
// expect built-in: q = 4 5 6 9
module top(input clk, input [7:0] a, b, output reg [7:0] q);
  always @(a) q = a + b;
endmodule
