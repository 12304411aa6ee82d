// steps: a = 0 8 c 9, b = 1 2 3 4
// expect: q = 7 7 7 7, r = 7 7 7 4
// expect verilator: q = x x x x, r = x x x x
module top(input clk, input [3:0] a, input [7:0] b, output reg [7:0] q, output reg [7:0] r);
  always @* if (a == 4'b1x00) q = b; else q = 7;
  always @* if (a[3:2] == 2'b10 && a != 4'b1x00) r = b; else r = 7;
endmodule
