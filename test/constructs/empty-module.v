// steps: d = 1 0 1
// expect: q = 1 0 1
module top(input clk, input d, output q);
  empty_part e(.clk(clk), .o());
  empty_parameters #(.N(3)) p();
  assign q = d;
endmodule
module empty_part(input clk, output o);
endmodule
module empty_parameters #(parameter N = 1);
  localparam M = N + 1;
endmodule
