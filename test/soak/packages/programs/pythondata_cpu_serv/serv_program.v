// A program on SERV, the bit-serial processor, that checks itself: ((n + 13) ^ n ^ n) - 13 is n. Each turn counts as
// passed, a wrong result ends it.
`default_nettype none
module serv_program (
    input  wire        clk,
    input  wire        rst,
    output reg  [31:0] passed,
    output reg         failed,
    output wire [31:0] fetched
);
    wire        fetch, access, write;
    wire [31:0] address;
    reg         fetch_done, access_done;
    reg  [31:0] instruction;
    reg  [31:0] memory [0:15];

    initial begin
        memory[0]  = 32'h00100093;  //       addi x1, x0, 1
        memory[1]  = 32'h00d08113;  // turn: addi x2, x1, 13
        memory[2]  = 32'h001141b3;  //       xor  x3, x2, x1
        memory[3]  = 32'h0011c1b3;  //       xor  x3, x3, x1
        memory[4]  = 32'hff318193;  //       addi x3, x3, -13
        memory[5]  = 32'h00119863;  //       bne  x3, x1, wrong
        memory[6]  = 32'h10102023;  //       sw   x1, 256(x0)
        memory[7]  = 32'h00310093;  //       addi x1, x2, 3
        memory[8]  = 32'hfe5ff06f;  //       jal  x0, turn
        memory[9]  = 32'h10102223;  // wrong: sw  x1, 260(x0)
        memory[10] = 32'h0000006f;  //       jal  x0, 0
        memory[11] = 32'h0000006f;
        memory[12] = 32'h0000006f;
        memory[13] = 32'h0000006f;
        memory[14] = 32'h0000006f;
        memory[15] = 32'h0000006f;
    end

    serv_rf_top #(
        .WITH_CSR(0)
    ) cpu (
        .clk        (clk),
        .i_rst      (rst),
        .i_timer_irq(1'b0),
        .o_ibus_adr (fetched),
        .o_ibus_cyc (fetch),
        .i_ibus_rdt (instruction),
        .i_ibus_ack (fetch_done),
        .o_dbus_adr (address),
        .o_dbus_we  (write),
        .o_dbus_cyc (access),
        .i_dbus_rdt (32'd0),
        .i_dbus_ack (access_done),
        .i_ext_rd   (32'd0),
        .i_ext_ready(1'b0)
    );

    always @(posedge clk) begin
        fetch_done  <= fetch && !fetch_done && !rst;
        access_done <= access && !access_done && !rst;
        instruction <= memory[fetched[5:2]];
        if (rst) begin
            passed <= 0;
            failed <= 0;
        end else if (access_done && write) begin
            if (address == 256) passed <= passed + 1;
            else failed <= 1;
        end
    end
endmodule
