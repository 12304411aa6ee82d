// Frames to bytes of the line: header, payload, CRC, COBS (docs/wire.md, "Frames").
`default_nettype none

module frame_transmitter (
    input  wire        clk,
    input  wire        rst,

    // One pulse while `idle` is high starts a frame. From the next cycle on the header must hold, `seq` until the first byte of
    // the payload is taken.
    input  wire        start,
    input  wire        delimit, // with `start`: a delimiter before the frame
    output wire        idle,
    // The line will soon have nothing to send.
    output wire        starving,
    input  wire [3:0]  kind,
    input  wire [3:0]  epoch,
    input  wire [15:0] seq,
    input  wire [15:0] ack,
    input  wire [7:0]  window,

    // The payload, byte by byte: `payload_next` takes `payload_data`, or, with `payload_end`, ends the payload. What
    // comes next must be there two cycles later. With `payload_wait` it goes on later.
    output wire        payload_next,
    input  wire        payload_wait,
    input  wire        payload_end,
    input  wire [7:0]  payload_data,

    output wire        out_valid,
    input  wire        out_ready,
    output wire [7:0]  out_data,
    output wire        quiet
);
    localparam [1:0] IDLE = 2'd0, HEADER = 2'd1, PAYLOAD = 2'd2, CRC = 2'd3;

    reg  [1:0]  state;
    reg  [2:0]  index;
    reg         waited;
    reg  [7:0]  header;
    wire [31:0] crc;
    wire        empty;
    wire        closed;
    wire        ready;
    wire        valid = (state == HEADER) | (state == CRC) | ((state == PAYLOAD) & waited & ~payload_wait & ~payload_end);
    wire [7:0]  data  = (state == HEADER) ? header : (state == CRC) ? ~crc[7:0] : payload_data;
    wire        take  = valid & ready;
    wire        last  = (state == CRC) & (index[1:0] == 2'd3);

    assign idle         = (state == IDLE) & closed;
    assign quiet        = idle & empty;
    assign payload_next = (state == PAYLOAD) & waited & ~payload_wait & (payload_end | ready);

    always @(*) begin
        case (index)
            3'd0:    header = {kind, epoch};
            3'd1:    header = seq[7:0];
            3'd2:    header = seq[15:8];
            3'd3:    header = ack[7:0];
            3'd4:    header = ack[15:8];
            default: header = window;
        endcase
    end

    always @(posedge clk) begin
        waited <= (state == PAYLOAD) & ~payload_next;
        case (state)
            IDLE: if (start) begin
                state <= HEADER;
                index <= 3'd0;
            end
            HEADER: if (take) begin
                index <= index + 3'd1;
                if (index == 3'd5) begin
                    state <= PAYLOAD;
                    index <= 3'd0;
                end
            end
            PAYLOAD: if (payload_next & payload_end)
                state <= CRC;
            default: if (take) begin
                index <= index + 3'd1;
                if (last)
                    state <= IDLE;
            end
        endcase
        if (rst)
            state <= IDLE;
    end

    // The CRC leaves byte by byte: fed with its own lowest byte it shifts.
    crc32 checksum (
        .clk(clk),
        .clear(state == IDLE),
        .valid(take),
        .data((state == CRC) ? crc[7:0] : data),
        .value(crc)
    );

    cobs_encoder encoder (
        .clk(clk),
        .rst(rst),
        .active(state != IDLE),
        .delimit(delimit),
        .valid(valid),
        .ready(ready),
        .data(data),
        .last(last),
        .out_valid(out_valid),
        .out_ready(out_ready),
        .out_data(out_data),
        .starving(starving),
        .closed(closed),
        .empty(empty)
    );

    wire unused = &{1'b0, crc[31:8]};
endmodule

`default_nettype wire
