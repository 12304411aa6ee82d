// steps: d = 1 2
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial q = 0;
  always @(posedge clk) q <= d;
  speaker u1();
endmodule
module speaker; initial begin : inner reg a; a = 1; $display("scope-name: %m %b", a); end endmodule
