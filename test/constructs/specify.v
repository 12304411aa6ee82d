// steps: d = 1 2 3
// expect: q = fe fd fc
module top(input clk, input [7:0] d, output [7:0] q);
  assign q = ~d;
  specify (d *> q) = 0; endspecify
endmodule
