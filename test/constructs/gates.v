// steps: d = 0 1 2 3
// expect: q = 1e 12 1a 15
module top(input clk, input [1:0] d, output [7:0] q);
  supply1 one;


  and (q[0], d[0], d[1]);
  nand (q[1], d[0], d[1]);
  xnor (q[2], d[0], d[1]);
  not (q[3], d[0]);
  buf (q[4], one);
  assign q[7:5] = 0;
endmodule
