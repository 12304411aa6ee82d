// steps: i = 0 1 2 7 8
module top(input clk, input [3:0] i, output [3:0] q, output b);
  reg [7:0] v = 8'hff;
  always @(posedge clk) v <= 8'hff;
  assign q = v[i -: 4];
  assign b = v[i];
endmodule
