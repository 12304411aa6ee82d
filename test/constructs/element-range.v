// steps: a = 0 1 1 2, i = 3 2 4 3, d = 9 6 f 5
// expect: q = c3 68 30 0, r = 1 0 0 3
module top(input clk, input [1:0] a, input [2:0] i, input [3:0] d, output [7:0] q, output reg [1:0] r);
  reg [1:8] m [0:3];
  reg [9:2] w [0:3];
  integer k;
  initial begin
    for (k = 0; k < 4; k = k + 1) m[k] = 0;
    m[0][1:2] = 3;
    m[0][7:8] = 3;
  end
  always @(posedge clk) begin
    m[1][2 +: 4] <= d;
    m[1][i] <= d[3];
  end
  always @* begin
    for (k = 0; k < 4; k = k + 1) w[k] = d;
    w[2][5:4] = i;
    r = w[a][3:2] ^ w[a][i +: 2];
  end
  assign q = m[a];
endmodule
