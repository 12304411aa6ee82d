// steps: d = 1 2 3
// expect: q = 0 1 2
// says: bind: seen
module top(input clk, input [7:0] d, output reg [7:0] q); initial q = 0; always @(posedge clk) q <= d; endmodule
module bound(input clk, input [7:0] q); always @(posedge clk) if (q == 2) $display("bind: seen"); endmodule
bind top bound c(.clk(clk), .q(q)); // refused: bind
