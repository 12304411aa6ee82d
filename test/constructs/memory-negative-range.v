// steps: i = 5 6 1 5, d = 1 2 3 4
// expect: q = 0 1 2 3
module top(input clk, input signed [2:0] i, input [7:0] d, output reg [7:0] q);
  reg [7:0] m [-3:2];
  initial q = 0;
  always @(posedge clk) begin q <= d; m[i] <= d; end
  wire [7:0] r = m[i]; // refused: index that is not constant, of the memory m
endmodule
