// steps: d = 1 80 ff f0
// expect: a = 0 80 1 ff, b = 0 80 1 7f
module top(input clk, input [7:0] d, output reg [7:0] a, output reg [7:0] b);
  integer k;
  initial a = 0;
  initial b = 0;
  always @(posedge clk) if (d != 0) for (k = 0; k < 8; k = k + 1) a[k] <= d[7 - k];
  always @(posedge clk) for (k = 0; k < 7; k = k + 1) b[k] <= d[7 - k];
  always @(posedge clk) b[7] <= d[0] & ~d[1];
endmodule
