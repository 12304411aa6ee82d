// steps: d = 1 2 3
// expect: q = 1 2 3
module top(input clk, input [7:0] d, output reg [7:0] q);
  always begin #1 q = d; end // refused: a delay in an always block without an event
endmodule
