// The session of a board: a reliable stream of bytes in each direction over frames that may get lost, and the host's
// command to begin anew (docs/wire.md, "Session").
`default_nettype none

module link #(
    parameter        MTU          = 1024,     // 64 to 4096
    parameter        UP_LOG2      = 12,       // bytes of the ring of what the host sends, 7 to 13, at least an MTU
    parameter        DOWN_LOG2    = 12,       // bytes of the ring of what the board sends, 9 to 14, at least an MTU
    parameter [31:0] TICK_CYCLES  = 1200000 // 100 ms, 2 to 2^24
) (
    input  wire        clk,
    input  wire        rst,

    // The line, byte by byte.
    input  wire        rx_valid,
    input  wire [7:0]  rx_data,
    output wire        tx_valid,
    input  wire        tx_ready,
    output wire [7:0]  tx_data,

    // Low before the first session, and while one is being begun: what stands behind the streams is in reset.
    output reg         open,
    // Ends the session: the host has sent what nobody knows.
    input  wire        refuse,
    // Every 100 ms.
    output reg         tick,

    // The stream from the host.
    output reg         up_valid,
    input  wire        up_ready,
    output reg  [7:0]  up_data,

    // The stream to the host. What is put while `down_hold` is high stays back until it is low. Of what stays back two
    // bytes can be written again: `down_mark[n]` is high when one is put, and `down_patch[n]` overwrites it.
    input  wire        down_valid,
    output wire        down_ready,
    input  wire [7:0]  down_data,
    input  wire        down_hold,
    input  wire [1:0]  down_mark,
    input  wire [1:0]  down_patch,
    // More than 64 bytes are waiting to be sent.
    output wire        down_full,

    // Byte `identity_index` of the identity, and why a BOOT is sent.
    output wire [4:0]  identity_index,
    input  wire [7:0]  identity_data,
    output reg  [1:0]  reason,

    // Nothing is waiting, and nothing is on its way.
    output wire        idle
);
    localparam        LENGTH_W  = (MTU < 256) ? 8 : $clog2(MTU + 1);
    localparam        UP_W      = UP_LOG2 + 1;
    localparam [31:0] MTU_UNITS = MTU / 64;
    localparam        TICK_W    = $clog2(TICK_CYCLES);
    // The counter ends with its carry.
    localparam [31:0] TICK_FIRST = (32'd1 << TICK_W) + 32'd1 - TICK_CYCLES;
    localparam [3:0] DATA = 4'd2, NAK = 4'd3, PROBE = 4'd4, SYNC_NEW = 4'd8, SYNC_RESUME = 4'd9, SYNC_REPLY = 4'd10, BOOT = 4'd11;
    localparam [1:0] REASON_RESET = 2'd0, REASON_EPOCH = 2'd1, REASON_MESSAGE = 2'd2;
    localparam [4:0] IDENTITY_BYTES = 5'd28;

    // ---- time
    reg [TICK_W-1:0] tick_count;
    reg [3:0]        boot_ticks;
    always @(posedge clk) begin
        {tick, tick_count} <= {1'b0, tick_count} + {{TICK_W{1'b0}}, 1'b1};
        if (rst | tick)
            {tick, tick_count} <= {1'b0, TICK_FIRST[TICK_W-1:0]};
    end

    // ---- frames from the host
    wire        payload_valid;
    wire [7:0]  payload_data;
    wire        ended;
    wire        good;
    wire [3:0]  kind;
    wire [3:0]  frame_epoch;
    wire [15:0] not_seq;
    wire [15:0] not_ack;
    wire [7:0]  not_window;

    frame_receiver receiver (
        .clk(clk),
        .rst(rst),
        .valid(rx_valid),
        .data(rx_data),
        .payload_valid(payload_valid),
        .payload_data(payload_data),
        .ended(ended),
        .good(good),
        .kind(kind),
        .epoch(frame_epoch),
        .not_seq(not_seq),
        .not_ack(not_ack),
        .not_window(not_window)
    );

    reg  [3:0]  epoch;
    wire        is_stream    = (kind == DATA) | (kind == NAK) | (kind == PROBE);
    wire        is_ours      = open & (frame_epoch == epoch);
    wire        in_session   = good & is_stream & is_ours;
    wire        new_session  = good & (kind == SYNC_NEW);
    wire        other_epoch  = good & (is_stream | (kind == SYNC_RESUME)) & ~is_ours;
    wire        resume       = good & (kind == SYNC_RESUME) & is_ours;

    // ---- the stream from the host: a payload is written after what is there, and counts once its frame is good
    // What is read in the cycle in which it is written is not used, here and below (test/formal).
    (* no_rw_check *) reg [7:0] up_ring [0:(1<<UP_LOG2)-1];
    reg  [15:0]     expected;
    reg  [15:0]     arriving;
    reg  [UP_W-1:0] taken;
    reg             overflow;
    wire            up_is_full = (arriving[UP_LOG2] != taken[UP_LOG2]) & (arriving[UP_LOG2-1:0] == taken[UP_LOG2-1:0]);
    wire            is_next    = (not_seq ^ expected) == 16'hffff;
    wire [15:0]     behind     = expected + not_seq + 16'd1;
    wire            is_ahead   = behind[15];
    reg             has_data;   // a byte of a payload has come
    wire            commit     = in_session & is_next & ~overflow;
    wire            has_up     = taken != expected[UP_W-1:0];
    wire            arrives    = payload_valid & ~up_is_full;
    wire            discard    = ended & ~commit;
    // A load that adds ones, too, shares the adder's LUTs.
    wire [16:0]     arriving_next = {arriving, 1'b1} + {{16{discard}}, arrives};
    wire            up_next    = (~up_valid | up_ready) & has_up;

    always @(posedge clk) begin
        if (arrives)
            up_ring[arriving[UP_LOG2-1:0]] <= payload_data;
        arriving <= discard ? expected : arriving_next[16:1];
        has_data <= (has_data & ~ended) | arrives;
        // Also of what came in part before there was a session.
        if (payload_valid & (up_is_full | ~open))
            overflow <= 1'b1;
        if (commit)
            expected <= arriving;
        if (ended)
            overflow <= 1'b0;
        if (~open) begin
            expected <= 16'd0;
            arriving <= 16'd0;
            has_data <= 1'b0;
        end

        if (up_next) begin
            up_data <= up_ring[taken[UP_LOG2-1:0]];
            taken   <= taken + {{UP_LOG2{1'b0}}, 1'b1};
        end
        if (~up_valid | up_ready)
            up_valid <= up_next;
        if (~open) begin
            up_valid <= 1'b0;
            taken    <= {UP_W{1'b0}};
        end
    end

    wire [UP_LOG2:0]   up_free = taken + {1'b1, {UP_LOG2{1'b0}}} - expected[UP_LOG2:0];
    wire [UP_LOG2-6:0] window  = up_free[UP_LOG2:6];

    // ---- the stream to the host: una, next, head, put, in this order
    (* no_rw_check *) reg [7:0] down_ring [0:(1<<DOWN_LOG2)-1];
    reg  [7:0]           down_read;
    reg  [15:0]          una;
    reg  [15:0]          next;
    reg  [15:0]          head;
    reg  [15:0]          put;
    reg                  appended;   // `head` does not know yet
    reg  [DOWN_LOG2-1:0] first_mark;
    reg  [DOWN_LOG2-1:0] second_mark;
    wire                 down_is_full = (put[DOWN_LOG2] != una[DOWN_LOG2]) & (put[DOWN_LOG2-1:0] == una[DOWN_LOG2-1:0]);
    wire [DOWN_LOG2-6:0] unsent       = head[DOWN_LOG2:6] - next[DOWN_LOG2:6]; // in units of 64 bytes
    wire                 is_patch     = down_patch != 2'd0;
    wire                 append       = down_valid & ~down_is_full & ~is_patch;
    wire [DOWN_LOG2-1:0] write_at     = down_patch[0] ? first_mark : down_patch[1] ? second_mark : put[DOWN_LOG2-1:0];

    assign down_ready = ~down_is_full;
    assign down_full  = unsent[DOWN_LOG2-6:1] != 0;

    always @(posedge clk) begin
        if (append | is_patch)
            down_ring[write_at] <= down_data;
        down_read <= down_ring[next[DOWN_LOG2-1:0]];
        appended  <= append;
        if (append)
            put <= put + 16'd1;
        if (down_mark[0])
            first_mark <= put[DOWN_LOG2-1:0];
        if (down_mark[1])
            second_mark <= put[DOWN_LOG2-1:0];
        if (~down_hold)
            head <= put;
        if (~open) begin
            put  <= 16'd0;
            head <= 16'd0;
        end
    end

    // An acknowledgement counts when what it is of was sent and not yet acknowledged.
    wire [15:0] ahead_of_ack = una + not_ack;
    wire [15:0] unacked      = head + not_ack + 16'd1;
    wire [15:0] repeated     = next + not_ack + 16'd1;
    wire        is_news      = ~&(una[DOWN_LOG2:0] ^ not_ack[DOWN_LOG2:0]);
    wire        ack_holds    = ahead_of_ack[15] & ~unacked[15];
    wire        acknowledges = (in_session | resume) & ack_holds;
    reg  [15:0] not_limit;
    wire [15:0] beyond       = next + not_limit + 16'd1;
    wire        has_unsent   = next[DOWN_LOG2:0] != head[DOWN_LOG2:0];
    wire        is_acked     = next[DOWN_LOG2:0] == una[DOWN_LOG2:0];
    wire        may_send     = has_unsent & beyond[15];
    wire        tx_idle;
    wire        tx_starving;
    wire        tx_quiet;
    wire        payload_next;
    reg         rewind;
    // Not while `una` moves.
    wire        goes_back    = rewind & tx_idle & ~acknowledges;
    reg         stale;
    reg  [LENGTH_W-1:0] length;
    reg         is_control;
    wire        is_longest   = is_control ? (length[4:0] == IDENTITY_BYTES) : (length == MTU[LENGTH_W-1:0]);
    wire        is_all       = ~is_control & ~may_send;
    wire        payload_end  = is_longest | is_all;
    wire        sends        = payload_next & ~payload_end & ~is_control;
    wire [16:0] next_next    = {next, 1'b1} + {{16{goes_back}}, sends};
    // On a busy line a frame grows until it is as long as it may be, or the line is about to stand still.
    wire        payload_wait = is_all & ~is_longest & ~tx_starving;

    always @(posedge clk) begin
        if (acknowledges)
            una <= ~not_ack;
        if (acknowledges | new_session)
            not_limit <= {not_ack[15:6] + {2'b11, not_window} + 10'd1, not_ack[5:0]};
        if (is_acked)
            stale <= 1'b0;
        else if (acknowledges & is_news)
            stale <= 1'b0;
        else if (tick)
            stale <= 1'b1;
        if (acknowledges & ((kind == NAK) | repeated[15] | resume))
            rewind <= 1'b1;
        else if (tick & stale)
            rewind <= 1'b1;
        else if (goes_back)
            rewind <= 1'b0;
        next <= goes_back ? una : next_next[16:1];
        if (~open) begin
            una    <= 16'd0;
            next   <= 16'd0;
            rewind <= 1'b0;
        end
    end

    // ---- frames to the host
    reg         sync_due;
    reg         boot_due;
    reg         boot_held;
    reg         nak_due;
    reg         naked;
    reg         ack_due;
    reg         ack_now;
    reg         starved;
    reg  [3:0]  kind_sent;
    reg  [15:0] not_token;
    reg  [15:0] ack_sent;
    reg  [7:0]  window_sent;
    wire        is_roomy    = window >= MTU_UNITS[UP_LOG2-6:0];
    wire        may_start   = tx_idle & tx_starving & ~rewind;
    wire        start_sync  = may_start & sync_due;
    wire        start_boot  = may_start & ~sync_due & boot_due & ~boot_held;
    wire        is_awaited  = ack_now | nak_due | (may_send & (length[7:5] != 3'd0)) | (ack_due & length[7]);
    wire        start_data  = may_start & ~sync_due & (~boot_due | boot_held) & open & is_awaited;
    wire        start       = start_sync | start_boot | start_data;
    wire        is_boot     = kind_sent == BOOT;

    always @(posedge clk) begin
        if (start) begin
            kind_sent   <= sync_due ? SYNC_REPLY : start_boot ? BOOT : nak_due ? NAK : DATA;
            is_control  <= ~start_data;
            ack_sent    <= start_boot ? 16'd0 : expected;
            window_sent <= start_boot ? 8'd0 : {{(13-UP_LOG2){1'b0}}, window};
        end
        // While there is no frame `length` counts cycles: 32 for more of a message to come, 128 for data that can take an
        // acknowledgement along.
        if (start | (tx_idle & ~may_send & ~ack_due))
            length <= {LENGTH_W{1'b0}};
        else if (tx_idle ? ~length[7] : payload_next)
            length <= length + {{(LENGTH_W-1){1'b0}}, 1'b1};

        if (new_session | (good & (kind == SYNC_RESUME)))
            not_token <= not_seq;
        if (start_data | start_sync) begin
            {ack_due, ack_now, nak_due} <= 3'd0;
            starved                     <= ~is_roomy;
        end
        if (starved & is_roomy & ~start) begin
            ack_due <= 1'b1;
            starved <= 1'b0;
        end
        if (in_session & has_data & (is_next | ~is_ahead))
            ack_due <= 1'b1;
        if (in_session & (kind == PROBE))
            ack_now <= 1'b1;
        if (in_session & has_data & ~is_next & is_ahead & ~naked) begin
            nak_due <= 1'b1;
            naked   <= 1'b1;
        end
        // Once for a gap, and again when the repetition may have been damaged.
        if (commit | (ended & ~good))
            naked <= 1'b0;
        if (~open)
            {ack_due, ack_now, nak_due, naked, starved} <= 5'd0;
    end

    // ---- beginning and end of the session
    reg       beginning;
    reg [3:0] reset_count;
    always @(posedge clk) begin
        if (start_sync)
            sync_due <= 1'b0;
        if (start_boot) begin
            boot_due  <= 1'b0;
            boot_held <= 1'b1;
        end else if (tick)
            boot_held <= 1'b0;
        if (tick)
            boot_ticks <= (open | (boot_ticks == 4'd9)) ? 4'd0 : boot_ticks + 4'd1;
        if (tick & ~open & (boot_ticks == 4'd9))
            boot_due <= 1'b1;
        if ((other_epoch | (resume & ~ack_holds)) & ~beginning) begin
            boot_due <= 1'b1;
            // What ended the session is reported first.
            if (~boot_due)
                reason <= REASON_EPOCH;
        end
        if (resume & ack_holds)
            sync_due <= 1'b1;

        reset_count <= reset_count - 4'd1;
        if (beginning & (reset_count == 4'd0)) begin
            beginning <= 1'b0;
            open      <= 1'b1;
            sync_due  <= 1'b1;
        end
        if (refuse & open) begin
            open     <= 1'b0;
            boot_due <= 1'b1;
            reason   <= REASON_MESSAGE;
        end
        if (new_session) begin
            open        <= 1'b0;
            beginning   <= 1'b1;
            reset_count <= 4'd15;
            sync_due    <= 1'b0;
            boot_due    <= 1'b0;
            epoch       <= (epoch == 4'd15) ? 4'd1 : epoch + 4'd1;
        end
        if (rst) begin
            {open, beginning, sync_due, boot_held} <= 4'd0;
            boot_due   <= 1'b1;
            boot_ticks <= 4'd0;
            epoch      <= 4'd0;
            reason     <= REASON_RESET;
        end
    end

    frame_transmitter transmitter (
        .clk(clk),
        .rst(rst),
        .start(start),
        .delimit(start_sync | start_boot),
        .idle(tx_idle),
        .starving(tx_starving),
        .kind(kind_sent),
        .epoch((is_boot & ~open) ? 4'd0 : epoch),
        .seq(is_boot ? 16'd0 : is_control ? ~not_token : next),
        .ack(ack_sent),
        .window(window_sent),
        .payload_next(payload_next),
        .payload_wait(payload_wait),
        .payload_end(payload_end),
        .payload_data(is_control ? identity_data : down_read),
        .out_valid(tx_valid),
        .out_ready(tx_ready),
        .out_data(tx_data),
        .quiet(tx_quiet)
    );

    assign identity_index = length[4:0];
    assign idle           = tx_quiet & ~start & ~sync_due & ~beginning & (~boot_due | boot_held) & ~ack_due & ~ack_now & ~nak_due
                            & ~up_valid & ~has_up & is_acked & ~has_unsent & ~appended & ~down_hold & ~payload_valid;

    wire unused = &{1'b0, repeated[14:0], unacked[14:0], ahead_of_ack[14:0], behind[14:0], beyond[14:0], unsent[0], up_free[5:0], arriving_next[0],
                    next_next[0]};

`ifdef FORMAL
`include "link_properties.vh"
`endif
endmodule

`default_nettype wire
