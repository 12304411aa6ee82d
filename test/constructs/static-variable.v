// steps: d = 1 2 3 4
// expect: q = x x 1 2
// expect built-in: q = 0 0 0 0
// expect verilator: q = x 0 0 0
module top(input clk, input [7:0] d, output reg [7:0] q);
  reg [7:0] r;
  task previous(input [7:0] x, output [7:0] y);
    reg [7:0] kept;
    begin y = kept; kept = x; end
  endtask
  always @(posedge clk) begin previous(d, r); q <= r; end
endmodule
