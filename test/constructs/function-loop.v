// steps: d = 1 80 3
// expect: q = 8 4 18
module top(input clk, input [7:0] d, output [7:0] q);
  function [7:0] turned(input [7:0] x);
    begin turned = x; repeat (3) turned = {turned[6:0], turned[7]}; end
  endfunction
  assign q = turned(d); // refused: the function turned, with while or repeat or a call of itself, of values that are not constant
endmodule
