// steps: i = 0 1 2 7, d = 3 2 1 2
// expect: q = 0 1 3 3, r = 0 1 0 1
module top(input clk, input [2:0] i, input [1:0] d, output reg [7:0] q, output reg r);
  initial begin
    q = 0;
    r = 0;
  end
  always @(posedge clk) {q[i], r} <= d;
endmodule
