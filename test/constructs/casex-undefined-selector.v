// steps: d = 0 1 2 3
// expect: q = 1 2 3 3
// expect built-in: q = 4 2 4 4
// expect verilator: q = x 2 x x
module top(input clk, input [1:0] d, output reg [3:0] q);
  always @* casex ({d, 1'bx}) 3'b001: q = 1; 3'b01x: q = 2; 3'b1?1: q = 3; default: q = 4; endcase
endmodule
