// steps: a = 0 1 0 1, x = 3 2 3 0, s = 1 2 3 1, i = 2 2 3 2
// expect: q = 0 2c f2 30a, r = 0 6 5 d
`define MACRO_PART m[a][7:3]
`define MACRO_PUT(target, index, value) target[index] `MACRO_RANGE <= value
`define MACRO_RANGE [9:2]
`define MACRO_BELOW i -: 3
module top(input clk, input a, input [1:0] x, input signed [1:0] s, input [1:0] i, output [15:0] q, output reg [7:0] r);
  reg [15:0] m [0:1], n [0:1];
  initial begin r = 0; m[0] = 0; m[1] = 0; n[0] = 0; n[1] = 0; end
  always @(posedge clk) begin
    `MACRO_PART <= x + 2'd2;
    `MACRO_PUT(n, a, s);
    r[`MACRO_BELOW] <= x + 3'd3;
  end
  assign q = m[0] ^ m[1] ^ n[0] ^ n[1] >> 2;
endmodule
