// steps: a = 1
// expect: y = 1
module top(input clk, input a, output [7:0] y);
  assign y = a[0]; // refused: a bit or a part of what has no range
endmodule
