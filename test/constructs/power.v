// steps: d = 1 2 3 0
// expect: q = 1 4 1b 1, t = 2 4 8 1, n = 1 0 0 1
module top(input clk, input [2:0] d, output [15:0] q, output [15:0] t, output [3:0] n);
  wire signed [3:0] s = d;
  assign q = d ** d;
  assign t = 2 ** d;
  assign n = s ** -s;
endmodule
