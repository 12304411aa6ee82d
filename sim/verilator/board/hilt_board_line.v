// The far end of a board's serial line, as the USB adapter beside the FPGA has it: 8 data bits, no parity, one stop bit.
// Every bit of the wire lasts `divider` cycles of the board's clock: as many as the board's own do, or others where the adapter
// is set to another rate than the board.
//
// The program round the model sees characters, not bits. `event_parity` differs from `seen` from the edge at which a character was
// taken to be sent, or has arrived; until the program has made `seen` equal to it, time stands still (`stop`). What goes over
// the wire is the frame as it is given, start and stop bit included, so that a disturbance may change any of its ten bits;
// `noise` does the same to the frame that arrives next.
//
// With LINE_W = 9 the wire carries a valid bit and a byte, one in a cycle, and a frame of ten bits counts for its byte: where its
// start or stop bit is disturbed the byte is lost.
`default_nettype none

module hilt_board_line #(
    parameter LINE_W = 1 // 1: bits; 9: bytes
) (
    input  wire       clk,
    input  wire [11:0] divider,   // cycles of a bit, from 2
    output wire [LINE_W-1:0] rxd,
    input  wire [LINE_W-1:0] txd,

    input  wire       send_valid,
    input  wire [9:0] send_frame,  // bit 0, the start bit, goes first
    output wire       sent,        // the frame was taken: the next one may be given

    input  wire [9:0] noise,       // bits of the next frame that arrives inverted
    output wire       received,
    output wire [7:0] received_byte,
    output wire       received_stop, // 0: the stop bit was missing

    output wire       event_parity,
    input  wire       seen,
    output wire       stop
);
    wire       send_take;
    wire       arrives;
    wire       arrives_stop;
    wire [7:0] arrives_byte;

    generate if (LINE_W == 9) begin : bytes
        wire unused = &{1'b0, divider};
        assign send_take    = send_valid;
        assign rxd          = {send_valid & send_frame[9] & ~send_frame[0], send_frame[8:1]};
        assign arrives      = txd[8];
        assign arrives_stop = ~(noise[0] | noise[9]);
        assign arrives_byte = txd[7:0] ^ noise[8:1];
    end else begin : serial
        // ---- to the board
        reg [9:0] send_bits = 10'h3ff;
        reg [3:0] send_left = 4'd0;
        reg [11:0] send_count = 12'd0;

        wire [11:0] last = divider - 12'd1;
        wire [11:0] half = {1'b0, divider[11:1]} - 12'd1;

        assign send_take = send_valid & ((send_left == 4'd0) | ((send_left == 4'd1) & (send_count == 12'd0)));

        assign rxd = (send_left == 4'd0) | send_bits[0];

        always @(posedge clk) begin
            if (send_take) begin
                send_bits  <= send_frame;
                send_left  <= 4'd10;
                send_count <= last;
            end else if (send_left != 4'd0) begin
                if (send_count == 12'd0) begin
                    send_bits  <= {1'b1, send_bits[9:1]};
                    send_left  <= send_left - 4'd1;
                    send_count <= last;
                end else begin
                    send_count <= send_count - 12'd1;
                end
            end
        end

        // ---- from the board: sampled in the middle of each bit
        localparam [1:0] HIGH_AWAITED = 2'd0;
        localparam [1:0] START_AWAITED = 2'd1;
        localparam [1:0] IN_FRAME = 2'd2;

        reg [1:0] state = HIGH_AWAITED;
        reg [11:0] count = 12'd0;
        reg [3:0] index = 4'd0;
        reg [7:0] bits = 8'd0;

        // A frame whose start bit was disturbed is not one: its noise is spent on it all the same.
        reg  is_spent = 1'b0;
        wire sample = txd[0] ^ (noise[index] & ~is_spent);

        assign arrives      = (state == IN_FRAME) & (count == 12'd0) & (index == 4'd9);
        assign arrives_stop = sample;
        assign arrives_byte = bits;

        always @(posedge clk) begin
            case (state)
                START_AWAITED: begin
                    index <= 4'd0;
                    count <= half;
                    if (!txd[0]) state <= IN_FRAME;
                end
                IN_FRAME: begin
                    count <= (count == 12'd0) ? last : count - 12'd1;
                    if (count == 12'd0) begin
                        index <= index + 4'd1;
                        if (index == 4'd0) begin
                            // Too short for a start bit.
                            if (sample) begin
                                state    <= HIGH_AWAITED;
                                is_spent <= 1'b1;
                            end
                        end else if (index != 4'd9) begin
                            bits <= {sample, bits[7:1]};
                        end else begin
                            state    <= HIGH_AWAITED;
                            is_spent <= 1'b0;
                        end
                    end
                end
                default: begin
                    if (txd[0]) state <= START_AWAITED;
                end
            endcase
        end
    end endgenerate

    // ---- the program
    reg       parity_q = 1'b0;
    reg       sent_q = 1'b0;
    reg       received_q = 1'b0;
    reg       stop_q = 1'b0;
    reg [7:0] byte_q = 8'd0;

    assign sent          = sent_q;
    assign received      = received_q;
    assign received_byte = byte_q;
    assign received_stop = stop_q;
    assign event_parity = parity_q;
    assign stop         = parity_q ^ seen;

    // Nothing is computed in the many cycles in which nothing happens.
    always @(posedge clk) begin
        if (send_take | arrives) begin
            sent_q     <= send_take;
            received_q <= arrives;
            stop_q     <= arrives_stop;
            byte_q     <= arrives_byte;
            parity_q   <= ~parity_q;
        end
    end
endmodule

`default_nettype wire
