// steps: d = 1 2 3
// expect: q = 0 1 2
module top(input clk, input [7:0] d, output reg [7:0] q);
  real r; // refused: real
  initial begin r = 0.5; q = 0; end
  always @(posedge clk) begin r = r * 2.0; q <= r; end
endmodule
