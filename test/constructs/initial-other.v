// steps: d = 1 2 3
module top(input clk, input [3:0] d, output [7:0] q);
  reg [7:0] x = 3;
  reg [7:0] y;
  initial #0 y = x + 1; // refused: constant init value
  always @(posedge clk) begin x <= x + d; y <= y + 1; end
  assign q = x ^ y;
endmodule
