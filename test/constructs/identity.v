// steps: d = 0 1 2 3
// expect: q = 5 5 6 5
module top(input clk, input [1:0] d, output [3:0] q);
  assign q = {d === 2'b1x, d !== 2'bx0, d === 2'b10, d !== 2'b10};
endmodule
