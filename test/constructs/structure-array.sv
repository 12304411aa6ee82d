// steps: a = 0 1 2 1, d = 35 46 57 68
// expect: q = 1 2 3 46
module top(input clk, input [1:0] a, input [7:0] d, output [7:0] q);
  typedef struct packed { logic [3:0] high, low; } structure_array_pair;
  structure_array_pair m [0:3]; // refused: an array of structures or unions
  initial begin m[0] = 1; m[1] = 2; m[2] = 3; m[3] = 4; end
  always @(posedge clk) m[a] <= d;
  assign q = m[a];
endmodule
