// steps: d = 0 1 2 3
module top(input clk, input [1:0] d, output [7:0] q);
  supply1 one;
  wand w;
  wor o;
  and (q[0], d[0], d[1]);
  nand (q[1], d[0], d[1]);
  xnor (q[2], d[0], d[1]);
  not (q[3], d[0]);
  buf (q[4], one);
  assign w = d[0], w = d[1], o = d[0], o = d[1], q[7:5] = {w, o, 1'b0};
endmodule
