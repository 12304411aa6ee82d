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
    reg  [7:0] not_left; // bytes of the group still to come and 1, inverted
    reg        zero;     // a zero follows the group, unless the frame ends
    reg        started;
    wire       is_code = not_left == 8'hfe;
    // A load that adds ones, too, shares the adder's LUTs.
    wire [8:0] left_next = {not_left, 1'b1} + {{8{is_code}}, 1'b1};

    always @(posedge clk) begin
        out_valid <= 1'b0;
        end_valid <= 1'b0;
        cut       <= ~is_code;
        if (valid) begin
            out_data <= is_code ? 8'd0 : data;
            not_left <= is_code ? ~data : left_next[8:1];
            if (data == 8'd0) begin
                end_valid <= started;
                started   <= 1'b0;
                not_left  <= 8'hfe;
                zero      <= 1'b0;
            end else begin
                started   <= 1'b1;
                out_valid <= ~is_code | zero;
                if (is_code)
                    zero <= data != 8'hff;
            end
        end
        if (rst) begin
            out_valid <= 1'b0;
            end_valid <= 1'b0;
            started   <= 1'b0;
            not_left  <= 8'hfe;
            zero      <= 1'b0;
        end
    end

    wire unused = left_next[0];
endmodule

`default_nettype wire
