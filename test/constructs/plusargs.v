// steps: d = 1 2 3
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial if ($test$plusargs("hilt")) q = 1; else q = 2; // refused: $test$plusargs
  always @(posedge clk) q <= q + d;
endmodule
