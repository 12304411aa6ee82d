// steps: d = 1 2 3
// expect: q = 5 1 2, v = 7 7 7
module top(input clk, input [7:0] d, output reg [7:0] q, output reg [7:0] v);
  initial begin
    q = 5;
    v = 7;
    if ($test$plusargs("fast")) q = 2;
    if ($value$plusargs("v=%d", v)) q = 3;
  end
  always @(posedge clk) q <= d;
endmodule
