// steps: d = 1 2 3
// expect: q = 1 9 9
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial begin q = 1; wait (d == 2); q = 9; end // refused: wait
  always @(posedge clk) if (d == 3) q <= d;
endmodule
