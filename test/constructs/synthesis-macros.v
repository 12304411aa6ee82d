// steps: d = 1 2 3
// expect: p = 0 1 2, q = 0 1 2, r = 0 fe fd
module top(input clk, input [7:0] d, output reg [7:0] p, q, r);
  initial begin p = 0; q = 0; r = 0; end
`ifdef SYNTHESIS
  always @(posedge clk) q <= 8'hee;
`elsif YOSYS
  always @(posedge clk) q <= 8'hdd;
`else
  always @(posedge clk) q <= d;
`endif
  always @(posedge clk) begin
    p <= 8'h22;
    // synopsys translate_off
    p <= d;
    // synopsys translate_on
    r <= 8'h33; /* synthesis translate_off */ r <= ~d; /* synthesis translate_on */
  end
endmodule
