// steps: a = 1 1, b = 0 1
// expect: q = 0 1
module top(input clk, input a, b, output q);
  wire w = a ? b : 1'bz; // refused: a tri-state driver
  assign q = w;
endmodule
