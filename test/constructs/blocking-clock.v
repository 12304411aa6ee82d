// steps: d = 1 2 3
// expect: q = 0 1 1
module top(input clk, input [7:0] d, output reg [7:0] q);
  reg half;
  initial begin half = 0; q = 0; end
  always @(posedge clk) half = ~half; // refused: the clock half, made by a blocking assignment
  always @(posedge half) q <= d;
endmodule
