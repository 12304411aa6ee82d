// steps: a = 12
// expect: y = 0
module top(input clk, input [7:0] a, output [7:0] y);
  assign y = {0{a}}; // refused: a replication by 0 that is not a part of a concatenation
endmodule
