// steps: d = 1 2 3
// expect: q = 0 1 2
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial begin q = 0; if (q == 1) begin $dumpfile("constructs.vcd"); $dumpvars(0, top); end end
  always @(posedge clk) q <= d;
endmodule
