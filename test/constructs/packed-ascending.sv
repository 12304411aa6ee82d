// steps: i = 0 1 2 3, d = 12 34 a5 c7
// expect: q = 0 2 0 1, r = 0 0 3 0
module top(input clk, input [1:0] i, input [7:0] d, output [1:0] q, r);
  logic [0:1][1:8] v;
  initial v = 0;
  always @(posedge clk) v[0] <= d;
  assign q = v[0][7:8];
  assign r = v[0][i + 1 +: 2]; // refused: an indexed part of a packed dimension that ascends
endmodule
