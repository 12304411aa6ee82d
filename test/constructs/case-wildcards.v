// steps: d = 0 1 2 3
// expect: p = 1 1 3 2, q = 1 1 3 2
module top(input clk, input [1:0] d, output reg [3:0] p, q);
  always @* casex (d) 2'b0x: p = 1; 2'bx1: p = 2; default: p = 3; endcase
  always @* casez (d) 2'b0?: q = 1; 2'bz1: q = 2; default: q = 3; endcase
endmodule
