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

// What is read from a ring in the cycle in which it is written is not used. Only what stays back is written again
// (writes_properties.v): it lies between `head`, which then stands still, and `put`.
reg f_stale = 1'b0;
always @(posedge clk)
    f_stale <= (append | is_patch) & (write_at == next[DOWN_LOG2-1:0]) & ~payload_next;
wire [DOWN_LOG2-1:0] f_kept  = put[DOWN_LOG2-1:0] - head[DOWN_LOG2-1:0];
wire [DOWN_LOG2-1:0] f_place = write_at - head[DOWN_LOG2-1:0];
always @(*) if (is_patch) assume (down_hold & (head != put) & ((f_place < f_kept) | (f_kept == {DOWN_LOG2{1'b0}})));
always @(*) if (started & open) begin
    assert (~(arrives & up_next & (arriving[UP_LOG2-1:0] == taken[UP_LOG2-1:0])));
    // A frame that goes on below `una` is a repetition, which the host does not take.
    assert (~f_stale | tx_idle | (f_sent >= f_ready));
end
