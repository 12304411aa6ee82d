// steps: d = 1 2 3
// expect: q = 0 1 2
// says: strobe: 1
// says: strobe: 2
// says: strobe: 3
// expect verilator: q = 0 1 2
module top(input clk, input [7:0] d, output reg [7:0] q);
  initial q = 0;
  always @(posedge clk) begin q <= d; $strobe("strobe: %0d", q); end // refused: $strobe
endmodule
