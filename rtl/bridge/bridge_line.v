// The line as bytes: a UART, or for fast simulation a wire that carries a byte in each cycle.
`default_nettype none

module bridge_line #(
    parameter        LINE_W      = 1,   // 1: a UART; 9: {valid, byte}
    parameter [15:0] DIVIDER_256 = 1024 // cycles of a bit times 256, at least 1024
) (
    input  wire              clk,
    input  wire              rst,

    input  wire [LINE_W-1:0] rxd,
    output wire [LINE_W-1:0] txd,

    output wire              rx_valid,
    output wire [7:0]        rx_data,
    input  wire              tx_valid,
    output wire              tx_ready,
    input  wire [7:0]        tx_data,
    // Nothing is being received or sent.
    output wire              idle
);
    generate
        if (LINE_W == 9) begin : byte_line
            assign rx_valid  = rxd[8];
            assign rx_data   = rxd[7:0];
            assign tx_ready  = 1'b1;
            assign txd       = {tx_valid, tx_data};
            assign idle      = ~rxd[8];
            wire unused = &{1'b0, clk, rst};
        end else begin : serial_line
            wire rx_quiet;
            uart_rx #(.DIVIDER_256(DIVIDER_256)) receiver (
                .clk(clk),
                .rst(rst),
                .rxd(rxd[0]),
                .valid(rx_valid),
                .data(rx_data),
                .quiet(rx_quiet)
            );
            uart_tx #(.DIVIDER_256(DIVIDER_256)) transmitter (
                .clk(clk),
                .rst(rst),
                .valid(tx_valid),
                .ready(tx_ready),
                .data(tx_data),
                .txd(txd[0])
            );
            assign idle = rx_quiet & ~rx_valid & tx_ready;
        end
    endgenerate
endmodule

`default_nettype wire
