// A board: the controller behind the bridge, as an FPGA has it, with a clock, two pins of a serial line and its own power-up.
`default_nettype none

module uart_board #(
    parameter        LINE_W      = 1,
    parameter [15:0] DIVIDER_256 = 16'd1024
) (
    input  wire              clk_pin,
    input  wire [LINE_W-1:0] rx_pin,
    output wire [LINE_W-1:0] tx_pin
);
    reg [3:0] since_power_up = 4'd0;
    always @(posedge clk_pin) if (since_power_up != 4'd15) since_power_up <= since_power_up + 4'd1;

    wire idle;
    wire link_up;
    bridge_dma #(.LINE_W(LINE_W), .DIVIDER_256(DIVIDER_256), .CLOCK_HZ(12000000)) bridge (
        .clk(clk_pin), .rst(since_power_up != 4'd15), .rxd(rx_pin), .txd(tx_pin),
        .idle(idle), .link_up(link_up)
    );
endmodule

`default_nettype wire
