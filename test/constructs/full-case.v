// steps: a = 0 1 0
// expect: y = 1 7 1, z = 1 7 1
// expect verilator: y = 1 7 7, z = 1 7 7
// alone
module top(input clk, input [1:0] a, output reg [2:0] y, z);
  always @* begin
    y = 7;
    case (a) // synopsys full_case
      2'd0: y = 1;
      2'd2: y = 2;
    endcase
  end
  always @* begin
    z = 7;
    (* full_case *) case (a) 2'd0: z = 1; 2'd2: z = 2; endcase
  end
endmodule
