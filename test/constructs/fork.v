// steps: d = 1 2 3
// expect: q = 0 1 2, p = 0 0 1
module top(input clk, input [7:0] d, output reg [7:0] q, p);
  initial begin q = 0; p = 0; end
  always @(posedge clk) fork q <= d; p <= q; join // refused: fork
endmodule
