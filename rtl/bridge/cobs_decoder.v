// Takes the stuffing out of frames (COBS, Cheshire and Baker 1999): 8'h00 ends a frame and is nowhere else in it.
`default_nettype none

module cobs_decoder (
    input  wire       clk,
    input  wire       rst,

    input  wire       valid,
    input  wire [7:0] data,

    // A byte of the frame.
    output reg        out_valid,
    output reg  [7:0] out_data,
    // The frame has ended; `cut` when in the middle of a group. Nothing is reported between two delimiters.
    output reg        end_valid,
    output reg        cut
);
    reg [7:0] left;    // bytes of the group still to come
    reg       zero;    // a zero follows the group, unless the frame ends
    reg       started;

    always @(posedge clk) begin
        out_valid <= 1'b0;
        end_valid <= 1'b0;
        cut       <= left != 8'd0;
        if (valid) begin
            out_data <= (left == 8'd0) ? 8'd0 : data;
            if (data == 8'd0) begin
                end_valid <= started;
                started   <= 1'b0;
                left      <= 8'd0;
                zero      <= 1'b0;
            end else begin
                started <= 1'b1;
                if (left == 8'd0) begin
                    left      <= data - 8'd1;
                    zero      <= data != 8'hff;
                    out_valid <= zero;
                end else begin
                    left      <= left - 8'd1;
                    out_valid <= 1'b1;
                end
            end
        end
        if (rst) begin
            out_valid <= 1'b0;
            end_valid <= 1'b0;
            started   <= 1'b0;
            left      <= 8'd0;
            zero      <= 1'b0;
        end
    end
endmodule

`default_nettype wire
