// steps: en = 1 0 1 0, d = 5 6 7 8
// expect: q = 5 x 7 x, r = 5 x 7 x
// expect built-in: q = 5 6 7 8, r = 5 6 7 8
// expect verilator: q = 5 x 7 x, r = 5 x 7 x
module top(input clk, input en, input [7:0] d, output [7:0] q, output reg [7:0] r);
  assign q = en ? d : 8'hxx;
  always @* case (en) 1'b1: r = d; default: r = 8'hxx; endcase
endmodule
