// steps: d = 0 1
// expect: q = 0 1
module top(input clk, input d, output q);
  tri0 w; // refused: tri0
  assign q = w ^ d;
endmodule
