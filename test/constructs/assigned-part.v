// steps: a = 0 1 5a ff
// expect: q = 1 102 5a04 ff80
module top(input clk, input [7:0] a, output reg [15:0] q);
  always @* begin
    q = 0;
    {q[a[2:0]], q[15:8]} = {1'b1, a}; // refused: an assigned concatenation with a part whose index is not a constant
  end
endmodule
