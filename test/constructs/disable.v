// steps: d = 1 2 3
// expect: q = 0 1 2
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial q = 0;
  always @(posedge clk) begin : block
    q <= 1;
    if (d[0]) disable block; // refused: disable
    q <= d;
  end
endmodule
