// Bytes of the line to frames: COBS, CRC and header (docs/wire.md, "Frames").
`default_nettype none

module frame_receiver (
    input  wire        clk,
    input  wire        rst,

    input  wire        valid,
    input  wire [7:0]  data,

    // Bytes of a payload as they come, before it is known whether the frame is good.
    output wire        payload_valid,
    output wire [7:0]  payload_data,
    // The frame has ended, for one cycle: `good` when it is whole; then the header holds. What is compared with offsets
    // is inverted, `not_seq`, because then a comparison is a carry chain and nothing else.
    output reg         ended,
    output reg         good,
    output wire [3:0]  kind,
    output wire [3:0]  epoch,
    output wire [15:0] not_seq,
    output wire [15:0] not_ack,
    output wire [7:0]  not_window
);
    localparam [3:0] HEADER_BYTES = 4'd6, LEAST_BYTES = 4'd10;

    wire        byte_valid;
    wire [7:0]  byte_data;
    wire        end_valid;
    wire        cut;
    wire [31:0] crc;
    reg  [3:0]  count;
    // The last four bytes, which are the CRC if the frame ends here.
    reg  [31:0] held;
    reg  [47:0] header; // inverted
    wire        is_long = count == LEAST_BYTES;

    cobs_decoder decoder (
        .clk(clk),
        .rst(rst),
        .valid(valid),
        .data(data),
        .out_valid(byte_valid),
        .out_data(byte_data),
        .end_valid(end_valid),
        .cut(cut)
    );

    crc32 checksum (
        .clk(clk),
        .clear(rst | ended),
        .valid(byte_valid),
        .data(byte_data),
        .value(crc)
    );

    assign {not_window, not_ack, not_seq} = header[47:8];
    assign {kind, epoch}                  = ~header[7:0];

    assign payload_valid = byte_valid & is_long;
    assign payload_data  = held[31:24];

    always @(posedge clk) begin
        ended <= end_valid;
        good  <= end_valid & ~cut & is_long & (crc == 32'hdebb20e3);
        if (byte_valid) begin
            held <= {held[23:0], byte_data};
            if (~is_long)
                count <= count + 4'd1;
            if (count < HEADER_BYTES)
                header <= {~byte_data, header[47:8]};
        end
        if (rst | end_valid)
            count <= 4'd0;
        if (rst) begin
            ended <= 1'b0;
            good  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
