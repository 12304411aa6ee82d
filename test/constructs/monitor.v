// steps: d = 1 2 3
// expect: q = 0 1 2
// says: monitor: 0
// says: monitor: 1
// says: monitor: 2
// says: monitor: 3
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial q = 0;
  always @(posedge clk) q <= d;
  initial $monitor("monitor: %0d", q); // refused: $monitor
endmodule
