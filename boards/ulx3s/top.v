// The pins of a ULX3S. The names are those of the board's own constraint file, which sees them from the FTDI chip:
// `ftdi_txd` is what the FPGA receives.
`default_nettype none

module top #(
    parameter        LINE_W      = 1,
    parameter [15:0] DIVIDER_256 = 16'd2133, // 25 MHz / 3 Mbaud
    parameter        DATA_W      = 64,
    parameter        ADDR_W      = 64,
    parameter        IRQ_LINES   = 1,
    parameter [31:0] BUILD_HASH  = 32'd0
) (
    input  wire              clk_25mhz,
    input  wire [LINE_W-1:0] ftdi_txd,
    output wire [LINE_W-1:0] ftdi_rxd,
    output wire [7:0]        led
);
    wire link_up;
    wire idle;

    // Lit: a session is open, and something is under way.
    assign led = {6'd0, link_up & ~idle, link_up};

    hilt_board #(
        .LINE_W(LINE_W),
        .DIVIDER_256(DIVIDER_256),
        .CLOCK_HZ(25000000),
        .DATA_W(DATA_W),
        .ADDR_W(ADDR_W),
        .IRQ_LINES(IRQ_LINES),
        .MTU(1024),
        .UP_LOG2(12),
        .DOWN_LOG2(12),
        .READ_LOG2(11),
        .BUILD_HASH(BUILD_HASH)
    ) board (
        .clk(clk_25mhz),
        .rxd(ftdi_txd),
        .txd(ftdi_rxd),
        .link_up(link_up),
        .idle(idle)
    );
endmodule

`default_nettype wire
