// steps: d = 0 1 2 3
// expect: q = 0 1 1 3
module top(input clk, input [1:0] d, output [1:0] q);
  wand w;
  wor o;
  assign w = d[0], w = d[1], o = d[0], o = d[1], q = {w, o};
endmodule
