// steps: i = 5 6 1 5 6, d = 1 2 3 4 5
// expect: q = 0 1 2 3 4, r = x x x 1 2
module top(input clk, input signed [2:0] i, input [7:0] d, output reg [7:0] q, output [7:0] r);
  reg [7:0] m [-3:2];
  initial q = 0;
  always @(posedge clk) begin q <= d; m[i] <= d; end
  assign r = m[i];
endmodule
