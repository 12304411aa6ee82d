// steps: d = 1 2 3
// expect: q = 0 0 1
module top(input clk, input [7:0] d, output reg [7:0] q);
  reg [7:0] r;
  initial begin q = 0; r = 0; end
  always @(posedge clk) begin r <= d; q <= r; if (d == 2) force r = 9; end // refused: force
endmodule
