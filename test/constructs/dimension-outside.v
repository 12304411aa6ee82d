// steps: i = 0 1 1 1 0, j = 0 5 2 3 0, d = 1 2 3 4 5
// expect: q = 9 9 x x x, r = ff 0 0 0 1
// expect built-in: q = 9 9 9 9 9, r = ff 0 0 0 1
// expect verilator: q = 9 9 9 9 9, r = ff 0 0 0 1
module top(input clk, input [1:0] i, input [2:0] j, input [7:0] d, output [7:0] q, output [7:0] r);
  reg [7:0] m [0:2][0:2];
  integer k, n;
  initial for (k = 0; k < 3; k = k + 1) for (n = 0; n < 3; n = n + 1) m[k][n] = 4 * k + n - 1;
  always @(posedge clk) m[i][j] <= d;
  assign q = m[2][2];
  assign r = m[0][i];
endmodule
