// steps: d = 1 2 3
module top(input clk, input [3:0] d, output reg [7:0] q);
  integer k;
  initial begin
    q = 0;
    k = 0;
    while (k < 4) begin q = q + k; k = k + 1; end // refused: While loops
  end
  always @(posedge clk) q <= q + d;
endmodule
