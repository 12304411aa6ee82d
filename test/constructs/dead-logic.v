// steps: d = 1 2 3, e = 0 1 1
// expect: q = 1 2 3
module top(input clk, input [1:0] d, input e, output [1:0] q);
  wire bus = e ? d[0] : 1'bz;
  reg loaded, kept;
  wire nobody;
  always @(posedge clk or posedge e) if (e) loaded <= d[0]; else loaded <= d[1];
  always @(posedge clk) kept <= nobody ^ bus;
  assign q = d;
endmodule
