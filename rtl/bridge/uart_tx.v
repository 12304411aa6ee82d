// Sends bytes, 8N1, least significant bit first, without a pause between two bytes.
`default_nettype none

module uart_tx #(
    parameter [15:0] DIVIDER_256 = 1024 // cycles of a bit times 256, at least 1024
) (
    input  wire       clk,
    input  wire       rst,
    input  wire       valid,
    output wire       ready,
    input  wire [7:0] data,
    output wire       txd
);
    localparam [7:0] WHOLE    = DIVIDER_256[15:8];
    localparam [7:0] FRACTION = DIVIDER_256[7:0];

    // What is still to be sent, the line's level first; a 1 that nothing but ones follows is the end of the stop bit.
    reg  [8:0] shift;
    reg  [3:0] bits;
    reg  [7:0] count;
    reg  [7:0] fraction;
    wire [8:0] next_fraction = {1'b0, fraction} + {1'b0, FRACTION};
    wire       tick          = count == 8'd0;

    assign txd   = shift[0];
    assign ready = (bits == 4'd0) & tick;

    always @(posedge clk) begin
        if (~tick) begin
            count <= count - 8'd1;
        end else if (bits != 4'd0 | valid) begin
            count    <= WHOLE - 8'd1 + {7'd0, next_fraction[8]};
            fraction <= next_fraction[7:0];
            bits     <= (bits == 4'd0) ? 4'd9 : bits - 4'd1;
            shift    <= (bits == 4'd0) ? {data, 1'b0} : {1'b1, shift[8:1]};
        end
        if (rst) begin
            shift    <= 9'h1ff;
            bits     <= 4'd0;
            count    <= 8'd0;
            fraction <= 8'd0;
        end
    end
endmodule

`default_nettype wire
