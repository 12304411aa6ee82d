// steps: s = 0 1 0, r = 0 0 1
// expect: q = 0 1 0
module top(input clk, input s, r, output reg q);
  initial q = 0;
  always @(posedge clk or posedge s or posedge r) // refused: both an asynchronous set and an asynchronous reset
    if (s) q <= 1; else if (r) q <= 0; else q <= ~q;
endmodule
