// steps: d = 0 1
// expect: q = 1 0
primitive inverter(o, i); output o; input i; table 0 : 1; 1 : 0; endtable endprimitive // refused: primitive
module top(input clk, input d, output q); inverter u(q, d); endmodule
