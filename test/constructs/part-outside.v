// steps: i = 0 1 2 30 31 32, j = 7e 7f 1e 1f 20 0
// expect: y = 0 1 3 7 7 7, z = 0 1 3 c0000003 c0000003 c0000003, e = 0 1 3 7 7 7
// expect verilator: y = 0 e0000000 e0000000 e0000000 e001e000 e003e000, z = 0 c0000000 c0000000 c0000000 c0000000 c0000007, e = 0 e0000000 e0000000 e0000000 e001e000 e003e000
module top(input clk, input [5:0] i, input signed [6:0] j, output reg [31:0] y, z, output [31:0] e);
  reg [31:0] m [0:3];
  integer k;
  initial begin y = 0; z = 0; for (k = 0; k < 4; k = k + 1) m[k] = 0; end
  always @(posedge clk) begin
    y[i -: 4] <= 15;
    z[j +: 3] <= 7;
    m[1][i -: 4] <= 15;
    m[j[1:0]] [0] <= 0;
  end
  assign e = m[1];
endmodule
