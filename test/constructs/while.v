// steps: d = 1 2 3
// expect: q = 0 1 2
module top(input clk, input [7:0] d, output reg [7:0] q);
  reg [7:0] m [0:3];
  integer i;
  initial begin
    i = 0;
    while (i < 4) begin m[i] = 0; i = i + 1; end // refused: a while loop outside of a constant function
    q = 0;
  end
  always @(posedge clk) begin m[1] <= d; q <= d; end
endmodule
