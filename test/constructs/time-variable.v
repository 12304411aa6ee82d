// steps: d = 1 2 3
// expect: q = x 1 2
module top(input clk, input [7:0] d, output reg [7:0] q);
  time t; // refused: time
  always @(posedge clk) begin t = d; q <= t; end
endmodule
