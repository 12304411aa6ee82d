// steps: d = 1 2 3
// expect: q = 3 3 4
module top(input clk, input [7:0] d, output [7:0] q);
  (* keep_hierarchy *) inner held(.clk(clk), .d(d), .q(q));
endmodule
(* blackbox *)
module inner(input clk, input [7:0] d, output [7:0] q);
  (* init = 8'hff, keep *) reg [7:0] n = 3;
  (* nomem2reg *) reg [7:0] m [0:1];
  always @(posedge clk) begin n <= n + m[0]; m[0] <= d; m[1] <= 1; end
  initial begin m[0] = 0; m[1] = 0; end
  assign q = n;
endmodule
