// steps: a = 0 1 5a ff
// expect: q = 0 1 4a cf
module top(input clk, input [7:0] a, output reg [7:0] q);
  integer k;
  always @* begin
    q = 0;
    for (k = 0; k < 8; k = k + 1) begin
      q[k] = a[k];
      if (k == 3) k = 5; // refused: a loop variable that its loop assigns
    end
  end
endmodule
