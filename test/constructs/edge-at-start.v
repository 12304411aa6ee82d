// steps: r = 0 0 1 0, d = 1 2 3 4
// expect: q = 1 1 1 4
// expect built-in: q = 0 0 0 4
// expect verilator: q = 0 0 0 4
module top(input clk, input r, input [7:0] d, output reg [7:0] q);
  initial q = 0;
  always @(negedge r) q <= d;
endmodule
