// steps: d = 1 2 3 4
// expect: q = 0 1 2 3, p = 0 x x x
// expect built-in: q = 0 1 2 3, p = 0 0 1 2
// expect verilator: q = 0 1 2 3, p = 0 1 2 3
module top(input clk, input [7:0] d, output reg [7:0] q, p);
  initial begin q = 0; p = 0; end
  always @(posedge clk) q = d;
  always @(posedge clk) p <= q;
endmodule
