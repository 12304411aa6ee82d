// steps: a = 1 0 1, b = 0 0 1
// expect: q = 1 0 0
module top(input clk, input a, b, output q);
  wire (strong1, weak0) w = a ^ b; // refused: the drive strength strong1
  assign q = w;
endmodule
