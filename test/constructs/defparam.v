// steps: d = 1 2 3
// expect: q = 6 7 8
module top(input clk, input [7:0] d, output [7:0] q);
  defparam u.STEP = 5;
  stepper u(d, q);
endmodule
module stepper(input [7:0] d, output [7:0] q); parameter STEP = 1; assign q = d + STEP; endmodule
