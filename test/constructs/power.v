// steps: d = 1 2 3
// expect: q = 1 4 1b
module top(input clk, input [2:0] d, output [15:0] q);
  assign q = d ** d; // refused: a power
endmodule
