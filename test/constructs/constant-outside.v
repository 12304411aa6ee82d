// steps: a = a5 5a ff
// expect: w = 40 80 c0, v = 6 7 8, r = x x x
// expect built-in: w = 40 80 c0, v = 6 7 8, r = 429 240 669
// expect verilator: w = c1 81 c1, v = 6 7 8, r = 595 2200 2795
module top(input clk, input [7:0] a, output reg [7:0] w, output [7:0] v, output [15:0] r);
  parameter HIGH = 9;
  reg [7:0] m [0:3];
  integer k;
  initial for (k = 0; k < 4; k = k + 1) m[k] = k + 5;
  always @* begin w = 0; w[HIGH:6] = a[3:0]; w[8] = 1; w[-1] = 1; end
  always @(posedge clk) begin m[-1] <= 9; m[HIGH - 5] <= 9; m[1][8] <= 1; m[1] <= m[1] + 1; end
  assign v = m[1];
  assign r = {m[4], m[-1], a[9:6], a[8], a[-1], a[1:-1], a[0 -: 2], a[7 +: 2]};
endmodule
