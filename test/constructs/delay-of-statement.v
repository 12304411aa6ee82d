// steps: d = 1 2 3
// expect: q = 1 1 1
// expect verilator: q = 2 2 2
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial begin q = 1; #9 q = 2; end // refused: a delay in an initial block
  always @(posedge clk) if (d == 9) q <= d;
endmodule
