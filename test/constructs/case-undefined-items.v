// steps: a = 0 8 c d 4 1 f 2, b = 9 9 9 9 9 9 9 9
// expect: q = 5 3 5 4 5 5 7 5, r = 5 3 5 4 1 5 7 5
module top(input clk, input [3:0] a, input [3:0] b, output reg [3:0] q, output reg [3:0] r);
  always @* case (a)
    4'b1x00, {2'bzz, 2'b10}: q = b;
    4'b1000: q = 3;
    'hx: q = b;
    (4'b110z), 4'b1101: q = 4;
    4'd15: q = 7;
    default: q = 5;
  endcase
  always @* casez (a)
    4'b1x0?: r = b;
    4'b1000: r = 3;
    4'b?100: if (a[3]) r = 5; else r = 1;
    4'b1101: r = 4;
    4'bzz11: r = 7;
    default r = 5;
  endcase
endmodule
