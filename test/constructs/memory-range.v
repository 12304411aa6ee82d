// steps: i = 4 5 6 7 4, d = 1 2 3 4 5
// expect: q = 0 0 0 9 1
module top(input clk, input [2:0] i, input [7:0] d, output [7:0] q);
  reg [7:0] m [7:4];
  initial begin m[4] = 0; m[5] = 0; m[6] = 0; m[7] = 9; end
  always @(posedge clk) m[i] <= d;
  assign q = m[i];
endmodule
