// steps: a = 0 1, b = 0 0
// expect: q = 0 0
module top(input clk, input a, b, output q);
  wire x;
  wire y = x ^ a;
  assign x = y & b; // refused: a combinational loop
  assign q = x;
endmodule
