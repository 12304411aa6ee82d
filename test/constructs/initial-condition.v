// steps: d = 1 2 3
// expect: q = 0 12 1e
// says: initial-condition: b is 7
module top(input clk, input [7:0] d, output reg [7:0] q);
  reg [7:0] a, b;
  initial begin a[3:0] = 5; a[7:4] = 1; q = 0; end
  initial b = 7;
  initial #0 begin
    if (a != 21) $fatal(1, "initial-condition: a");
    if (b[0]) $display("initial-condition: b is %0d", b);
    else $finish;
  end
  always @(posedge clk) begin a <= a + d; b <= b + 1; q <= a ^ b; end
endmodule
