// steps: i = 0 1 2 3
// expect: q = 10 48 2 13, r = 495 496 497 498
module top(input clk, input [1:0] i, output [7:0] q, output [11:0] r);
  reg [7:0] m [0:3];
  reg [11:0] a;
  integer k;
  initial begin
    for (k = 0; k < 4; k = k + 1) m[k] = 8'h10 + k;
    m[1][3:0] = 4'h9; m[1][7:4] = 4'h4; m[1][0] = 0; m[2] = 1; m[2] = 2;
  end
  initial begin a[3:0] = 5; a[11:8] = 4; end
  initial a[7:4] = 9;
  always @(posedge clk) begin a <= a + 1; if (i == 3) m[i] <= 0; end
  assign q = m[i];
  assign r = a;
endmodule
