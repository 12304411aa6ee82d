// The pins of an iCEBreaker. Its LEDs light at 0.
`default_nettype none

module top #(
    parameter        LINE_W      = 1,
    parameter [15:0] DIVIDER_256 = 16'd1024, // 12 MHz / 3 Mbaud
    parameter        DATA_W      = 32,
    parameter        ADDR_W      = 32,
    parameter        IRQ_LINES   = 1,
    parameter [31:0] BUILD_HASH  = 32'd0
) (
    input  wire              clk_12mhz,
    input  wire [LINE_W-1:0] uart_rx,
    output wire [LINE_W-1:0] uart_tx,
    output wire              led_red_n,
    output wire              led_green_n
);
    wire link_up;
    wire idle;

    assign led_green_n = ~link_up;
    assign led_red_n   = ~link_up | idle;

    hilt_board #(
        .LINE_W(LINE_W),
        .DIVIDER_256(DIVIDER_256),
        .CLOCK_HZ(12000000),
        .DATA_W(DATA_W),
        .ADDR_W(ADDR_W),
        .IRQ_LINES(IRQ_LINES),
        .MTU(512),
        .UP_LOG2(11),
        .DOWN_LOG2(11),
        .READ_LOG2(10),
        .BUILD_HASH(BUILD_HASH)
    ) board (
        .clk(clk_12mhz),
        .rxd(uart_rx),
        .txd(uart_tx),
        .link_up(link_up),
        .idle(idle)
    );
endmodule

`default_nettype wire
