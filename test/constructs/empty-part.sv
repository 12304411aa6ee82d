// steps: a = 12
// expect: y = 0
module top(input clk, input [7:0] a, output [7:0] y);
  assign y = a[3 +: 0]; // refused: an indexed part of 0 bits
endmodule
