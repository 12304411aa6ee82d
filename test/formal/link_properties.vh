// Included at the end of rtl/bridge/link.v for proofs. Each assertion holds in every cycle after the first reset, and their
// conjunction is inductive.
reg started = 1'b0;
reg was_open = 1'b0;
reg was_good = 1'b0;
reg [15:0] last_expected;
always @(posedge clk) begin
    started       <= 1'b1;
    was_open      <= open;
    was_good      <= commit;
    last_expected <= expected;
end
always @(*) if (!started) assume (rst);

localparam [15:0] UP_ROOM = 1 << UP_LOG2, DOWN_ROOM = 1 << DOWN_LOG2;
wire [15:0] f_credit   = ~not_limit - next;
wire [15:0] f_sent     = next - una;
wire [15:0] f_ready    = head - una;
wire [15:0] f_put      = put - una;
wire [UP_LOG2:0] f_held    = expected[UP_LOG2:0] - taken;
wire [UP_LOG2:0] f_arrived = arriving[UP_LOG2:0] - taken;
wire [15:0] f_granted  = {{(15-UP_LOG2){1'b0}}, f_held} + {{(9-(UP_LOG2-5)+1){1'b0}}, window, 6'd0};
wire [15:0] f_coming   = arriving - expected;
// Bytes of the payload that is coming.
reg  [15:0] f_payload = 16'd0;
always @(posedge clk) begin
    if (rst | ended)
        f_payload <= 16'd0;
    else if (payload_valid)
        f_payload <= f_payload + 16'd1;
end

always @(*) if (started & open) begin
    // una, next, head, put: in this order, and never more than the ring holds.
    assert (f_put <= DOWN_ROOM);
    assert (f_ready <= f_put);
    assert (rewind | (f_sent <= f_ready));
    // What has been committed and not taken, what is arriving, and what the host may still send, have room.
    assert (f_arrived <= UP_ROOM[UP_LOG2:0]);
    assert (f_held <= f_arrived);
    assert (f_coming == {{(15-UP_LOG2){1'b0}}, f_arrived - f_held});
    assert (f_granted <= UP_ROOM);
    // What is arriving is all of the payload that is coming, or none of it will count.
    assert (overflow | (f_coming == f_payload));
    // Only a whole frame of the session adds to what the device sees.
    assert ((expected == last_expected) | was_good | ~was_open);
end
always @(*) if (started & ~rst) begin
    if (commit)
        assert (good & open & (frame_epoch == epoch) & ~overflow & (not_seq == ~expected));
    // No byte beyond the host's limit, nor one that is not there.
    if (open & payload_next & ~payload_end & ~is_control) begin
        assert (f_credit != 16'd0);
        assert (~f_credit[15] | (f_credit == 16'h8000));
        assert (rewind | (f_sent < f_ready));
    end
    if (open)
        assert (epoch != 4'd0);
    if (beginning)
        assert (~open & (epoch != 4'd0) & (overflow | (f_payload == 16'd0)));
end

// What is read from a ring in the cycle in which it is written is not used. As bridge_writes does (writes_properties.v), only bytes
// are written again that were put since their marks, while all has stayed back since.
reg                f_stale  = 1'b0;
reg [1:0]          f_marked = 2'd0;
reg [DOWN_LOG2:0]  f_since_first;  // bytes put since the mark, with its own
reg [DOWN_LOG2:0]  f_since_second;
reg [DOWN_LOG2:0]  f_kept;         // bytes that stay back
wire [DOWN_LOG2:0] f_append = {{DOWN_LOG2{1'b0}}, append};
wire [DOWN_LOG2-1:0] f_place = write_at - head[DOWN_LOG2-1:0];
always @(posedge clk) begin
    f_stale        <= (append | is_patch) & (write_at == next[DOWN_LOG2-1:0]) & ~payload_next;
    f_marked       <= ((down_mark & {2{append}}) | (~down_mark & f_marked & {2{down_hold}})) & {2{open}};
    f_since_first  <= down_mark[0] ? f_append : f_since_first + f_append;
    f_since_second <= down_mark[1] ? f_append : f_since_second + f_append;
    f_kept         <= open ? (down_hold ? f_kept : {(DOWN_LOG2+1){1'b0}}) + f_append : {(DOWN_LOG2+1){1'b0}};
end
// What is marked stays back, which is asserted below; so what bridge_writes writes again does.
always @(*) if (is_patch) assume (down_hold & (f_kept != 0) & ({1'b0, f_place} < f_kept));
always @(*) if (started & open) begin
    assert (~(arrives & up_next & (arriving[UP_LOG2-1:0] == taken[UP_LOG2-1:0])));
    // A frame that goes on below `una` is a repetition, which the host does not take.
    assert (~f_stale | tx_idle | (f_sent >= f_ready));

    // For the induction.
    assert (put == head + {{(15-DOWN_LOG2){1'b0}}, f_kept});
    assert (f_kept <= DOWN_ROOM[DOWN_LOG2:0]);
    assert (~f_marked[0] | ((first_mark == put[DOWN_LOG2-1:0] - f_since_first[DOWN_LOG2-1:0]) & (f_since_first != 0) & (f_since_first <= f_kept)));
    assert (~f_marked[1] | ((second_mark == put[DOWN_LOG2-1:0] - f_since_second[DOWN_LOG2-1:0]) & (f_since_second != 0) & (f_since_second <= f_kept)));
end
