// steps: d = 0 1 2 3
module top(input clk, input [1:0] d, output reg [3:0] q);
  always @* case (d) 2'b1z: q = 1; default: q = 2; endcase // refused: value z
endmodule
