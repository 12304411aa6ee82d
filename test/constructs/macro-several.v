// steps: a = 0 1, x = 3 2
// expect: q = 0 28
`ifdef MACRO_SEVERAL_WIDE
`define MACRO_SEVERAL [9:3]
`else
`define MACRO_SEVERAL [7:3]
`endif
module top(input clk, input a, input [1:0] x, output [15:0] q);
  reg [15:0] m [0:1];
  initial begin m[0] = 0; m[1] = 0; end
  always @(posedge clk) m[a]`MACRO_SEVERAL <= x + 2'd2; // refused: an assignment to a macro with several definitions
  assign q = m[0] ^ m[1];
endmodule
