// steps: d = 1 2
// expect: q = 0 1
// says: scope-name: top.u1.inner 1
// expect built-in: q = 0 1
// says built-in: scope-name: top.u1 1
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial q = 0;
  always @(posedge clk) q <= d;
  speaker u1();
endmodule
module speaker; initial begin : inner reg a; a = 1; $display("scope-name: %m %b", a); end endmodule
