// steps: a = 0 3 5 f, b = f 6 c 9
// expect: y = 0 2 4 9
module top(input clk, input [3:0] a, b, output [3:0] y);
  and g[3:0](y, a, b); // refused: an array of gates
endmodule
