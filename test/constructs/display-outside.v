// steps: d = 1 2 3
// expect: q = 1 2 3
// says: display-outside: two
// expect verilator: q = 1 2 3
module top(input clk, input [7:0] d, output [7:0] q);
  assign q = d;
  always @* if (d == 2) $display("display-outside: two"); // refused: $display outside a clocked block
endmodule
