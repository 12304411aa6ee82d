// steps: a = 12
// expect: y = 12
module top(input clk, input [7:0] a, output [7:0] y);
  parameter HIGH = 7;
  assign y = a[0:HIGH]; // refused: a part whose sides are in another order than those of its declaration
endmodule
