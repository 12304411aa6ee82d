// steps: d = 1 80 ff f0
// expect: a = 0 80 1 ff, b = 0 80 1 7f, e = 0 7 7 7, f = 1 8 8 8
module top(input clk, input [7:0] d, output reg [7:0] a, output reg [7:0] b, output reg [7:0] e, output reg [7:0] f);
  integer k;
  reg [3:0] n;
  initial a = 0;
  initial b = 0;
  always @(posedge clk) if (d != 0) for (k = 0; k < 8; k = k + 1) a[k] <= d[7 - k];
  always @(posedge clk) for (k = 0; k < 7; k = k + 1) b[k] <= d[7 - k];
  always @(posedge clk) for (n = 0; n < 2; n = n + 1) b[7] <= d[0] & ~d[n];
  always @* begin : highest
    e = 0;
    for (k = 0; k < 8; k = k + 1) if (d[k]) e = k;
  end
  always @(d) begin
    f = 0;
    for (n = 0; n < 8; n = n + 1) if (d[n]) f = f + (n < 7 ? 1 : n + 1 - f);
  end
endmodule
