// steps: i = 0 7 3 7
// expect: q = 1 x 4 x
// expect built-in: q = 1 0 4 0
// expect verilator: q = 1 8 4 8
module top(input clk, input signed [2:0] i, output [7:0] q);
  reg [7:0] m [0:7];
  integer k;
  initial for (k = 0; k < 8; k = k + 1) m[k] = k + 1;
  always @(posedge clk) if (i == 3) m[i] <= 5;
  assign q = m[i];
endmodule
