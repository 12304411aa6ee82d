// steps: i = 1 9 2 3, d = 1 2 3 4
// expect: q = 1 x 3 4, r = 7 x 7 7
// expect built-in: q = 1 2 3 4, r = 7 2 7 7
// expect verilator: q = 1 2 3 4, r = 7 2 7 7
module top(input clk, input [3:0] i, input [7:0] d, output reg [7:0] q, output reg [7:0] r);
  reg [7:0] m [0:7];
  integer k;
  always @* begin
    for (k = 0; k < 8; k = k + 1) m[k] = 7;
    m[i] = d;
    q = m[i];
    r = i == 9 ? m[1] : m[0];
  end
endmodule
