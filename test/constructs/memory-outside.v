// steps: i = 0 5 7 3
// expect: q = 1 x x 4, r = 1 x x 4
// expect built-in: q = 1 0 0 4, r = 1 0 0 4
// expect verilator: q = 1 2 4 9, r = 1 x x 4
module top(input clk, input [2:0] i, output [7:0] q, r);
  reg [7:0] m [0:3];
  reg [7:0] n [0:4];
  integer k;
  initial begin for (k = 0; k < 4; k = k + 1) m[k] = k + 1; for (k = 0; k < 5; k = k + 1) n[k] = k + 1; end
  always @(posedge clk) begin m[i] <= 9; n[i] <= 9; end
  assign q = m[i];
  assign r = n[i];
endmodule
