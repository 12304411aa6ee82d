// alone
// steps: d = 1 2
// expect: q = 3 4
`begin_keywords "1364-2005"
`celldefine
`nounconnected_drive
module top(input clk, input [1:0] d, output [7:0] q);
  localparam FIRST = `__LINE__;

  assign q = d + `__LINE__ - FIRST;
endmodule
`endcelldefine
`end_keywords
