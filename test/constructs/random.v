// steps: d = 1 2 3
// expect: q = 0 1 2
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial q = 0;
  always @(posedge clk) q <= d[7] ? $random : d; // refused: $random
endmodule
