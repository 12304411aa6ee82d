// steps: a = 0 1 5a ff
// expect: q = 0 101 5aa5 ffff
module top(input clk, input [7:0] a, output reg [15:0] q);
  integer k;
  always @* begin
    q = 0;
    for (k = 0; k < 8; k = k + 2) {q[k + 8 +: 2], q[k], q[k + 1]} = {a[k +: 2], a[k], a[k + 1]};
    if (^a == 0) {q[7:4], q[3:0]} = {q[3], q[2], q[1], q[0], q[7], q[6], q[5], q[4]};
  end
endmodule
