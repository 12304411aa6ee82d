// steps: a = 0 1 5a ff
// expect: p = ffffff fefefe a5a5a5 0, q = 0 1 5a ff, r = 12 6a aa2 83a
module top(input clk, input [7:0] a, output reg [23:0] p, output reg [7:0] q, output reg [11:0] r);
  parameter signed [7:0] Q = -3;
  parameter [3:0] W = 8;
  reg [6:0] s;
  integer k;
  reg signed [3:1] t;
  always @* begin p = 0; for (s = 0; s < 3; s = s + 1) p[s * 8 +: 8] = (s - Q > 250) ? ~a : a; end
  always @* begin q = 0; for (k = W - 1; k >= 0; k = k - 1) q[k] = a[k]; end
  always @* begin r = 0; for (t = 3; t >= 0; t = t - 1) r = (r << 1) ^ {a, t}; end
endmodule
