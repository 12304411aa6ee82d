// steps: d = 1 2 3
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial q = 0;
  always @(posedge clk) begin q <= d; $strobe("strobe: %0d", q); end // refused: $strobe
endmodule
