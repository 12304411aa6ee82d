// steps: load = 0 1 1, d = 1 2 3
// expect: q = 0 2 2
module top(input clk, input load, input [7:0] d, output reg [7:0] q);
  initial q = 0;
  always @(posedge clk or posedge load) // refused: an asynchronous load
    if (load) q <= d; else q <= q + 1;
endmodule
