// A program on PicoRV32 that checks itself: n = (n * 7) / m * m + (n * 7) % m for a rising m. Each turn counts as passed,
// a wrong result ends it.
`default_nettype none
module picorv32_program (
    input  wire        clk,
    input  wire        rst,
    output reg  [31:0] passed,
    output reg         failed,
    output wire        trap,
    output wire [31:0] address
);
    wire        valid, instruction;
    reg         ready;
    wire [31:0] write_data;
    wire [ 3:0] strobe;
    reg  [31:0] read_data;
    reg  [31:0] memory [0:15];

    initial begin
        memory[0]  = 32'h00100093;  //       addi x1, x0, 1
        memory[1]  = 32'h00700113;  //       addi x2, x0, 7
        memory[2]  = 32'h022081b3;  // turn: mul  x3, x1, x2
        memory[3]  = 32'h00d08093;  //       addi x1, x1, 13
        memory[4]  = 32'h0211c233;  //       div  x4, x3, x1
        memory[5]  = 32'h0211e2b3;  //       rem  x5, x3, x1
        memory[6]  = 32'h02120333;  //       mul  x6, x4, x1
        memory[7]  = 32'h00530333;  //       add  x6, x6, x5
        memory[8]  = 32'h00331863;  //       bne  x6, x3, wrong
        memory[9]  = 32'h10102023;  //       sw   x1, 256(x0)
        memory[10] = 32'hfe1ff06f;  //       jal  x0, turn
        memory[11] = 32'h00000013;  //       nop
        memory[12] = 32'hfff00393;  // wrong: addi x7, x0, -1
        memory[13] = 32'h10702223;  //       sw   x7, 260(x0)
        memory[14] = 32'h00100073;  //       ebreak
        memory[15] = 32'h00100073;
    end

    picorv32 #(
        .ENABLE_MUL(1),
        .ENABLE_DIV(1)
    ) cpu (
        .clk      (clk),
        .resetn   (!rst),
        .trap     (trap),
        .mem_valid(valid),
        .mem_instr(instruction),
        .mem_ready(ready),
        .mem_addr (address),
        .mem_wdata(write_data),
        .mem_wstrb(strobe),
        .mem_rdata(read_data),
        .irq      (32'd0)
    );

    always @(posedge clk) begin
        ready     <= valid && !ready;
        read_data <= memory[address[5:2]];
        if (rst) begin
            passed <= 0;
            failed <= 0;
        end else if (valid && ready && strobe != 0) begin
            if (address == 256) passed <= passed + 1;
            else failed <= 1;
        end
    end
endmodule
