// steps: d = 1 2
// expect: q = 0 1
module top(input clk, input [7:0] d, output [7:0] q);
  holder u(.clk(clk), .d(d));
  assign q = u.kept; // refused: the hierarchical reference u.kept
endmodule
module holder(input clk, input [7:0] d); reg [7:0] kept; initial kept = 0; always @(posedge clk) kept <= d; endmodule
