// steps: d = 0 1 2 3
// expect: q = x x x x, s = x x x x
// expect built-in: q = 8 8 8 8, s = 0 0 0 0
// expect verilator: q = x x x x, s = 0 0 0 0
module top(input clk, input [1:0] d, output [3:0] q, output [7:0] s);
  assign q = 4'b1x0x;
  assign s = d / 2'd0;
endmodule
