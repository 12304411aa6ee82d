// Receives bytes, 8N1, least significant bit first. `valid` is high for one cycle per byte; a byte without a stop bit is
// dropped, which the frame's CRC notices.
`default_nettype none

module uart_rx #(
    parameter [15:0] DIVIDER_256 = 1024 // cycles of a bit times 256, at least 1024
) (
    input  wire       clk,
    input  wire       rst,
    input  wire       rxd, // asynchronous
    output reg        valid,
    output reg  [7:0] data,
    // No byte is being received.
    output wire       quiet
);
    localparam [7:0] WHOLE    = DIVIDER_256[15:8];
    localparam [7:0] FRACTION = DIVIDER_256[7:0];
    localparam [7:0] HALF     = {1'b0, WHOLE[7:1]};

    reg  [2:0] line;
    reg        busy;
    reg  [3:0] bits;
    reg  [7:0] count;
    reg  [7:0] fraction;
    wire [8:0] next_fraction = {1'b0, fraction} + {1'b0, FRACTION};

    assign quiet = ~busy & line[1] & line[0];

    always @(posedge clk) begin
        line  <= rst ? 3'b111 : {line[1:0], rxd};
        valid <= 1'b0;
        if (~busy) begin
            // The start bit is looked at in its middle, and every other bit a bit's time later.
            busy     <= ~line[1];
            bits     <= 4'd0;
            count    <= HALF - 8'd1;
            fraction <= 8'd0;
        end else if (count != 8'd0) begin
            count <= count - 8'd1;
        end else begin
            fraction <= next_fraction[7:0];
            count    <= WHOLE - 8'd1 + {7'd0, next_fraction[8]};
            bits     <= bits + 4'd1;
            if (bits == 4'd0)
                busy <= ~line[1];
            else if (bits == 4'd9) begin
                busy  <= 1'b0;
                valid <= line[1];
            end else
                data <= {line[1], data[7:1]};
        end
        if (rst) begin
            busy  <= 1'b0;
            valid <= 1'b0;
        end
    end

    wire unused = line[2];
endmodule

`default_nettype wire
