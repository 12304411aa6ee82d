// steps: i = 0 1 2 3 4 5
// expect: q = 10 11 aa bb 88 15
module top(input clk, input [2:0] i, output [7:0] q);
  parameter FILE = "constructs.hex";
  reg [7:0] m [0:7];
  integer k;
  initial begin
    for (k = 0; k < 8; k = k + 1) m[k] = 8'h10 + k;
    m[3] = 8'h99;
    if (FILE != "") $readmemh(FILE, m, 2, 4);
    m[4] = 8'h88;
  end
  always @(posedge clk) if (i == 7) m[i] <= 0;
  assign q = m[i];
endmodule
