// Stuffs frames (COBS, Cheshire and Baker 1999), a delimiter before the first and after each. A group is written to a
// ring first, because its length stands before it.
//
// `active` is high from the cycle after a frame begins until its last byte has been taken. `delimit` is high for one cycle
// before that, if a frame is to have a delimiter of its own before it.
`default_nettype none

module cobs_encoder (
    input  wire       clk,
    input  wire       rst,

    input  wire       active,
    input  wire       delimit,
    input  wire       valid,
    output wire       ready,
    input  wire [7:0] data,
    input  wire       last,

    output reg        out_valid,
    input  wire       out_ready,
    output reg  [7:0] out_data,
    // Few bytes are left to be read: at most 63, and when it goes high, at least 32 if there were more.
    output wire       starving,
    // No frame is open.
    output wire       closed,
    // Nothing is left to be read.
    output wire       empty
);
    localparam [1:0] COPY = 2'd0, CLOSE = 2'd1, DELIMIT = 2'd2, OPEN = 2'd3;

    // Nothing is read in the cycle in which it is written (test/formal).
    (* no_rw_check *) reg [7:0] ring [0:511];
    reg [8:0] head;
    reg [8:0] group;  // where the open group's length will stand; all before it may be read
    reg [8:0] tail;
    reg [7:0] length; // of the open group with the byte itself
    reg [1:0] state;
    reg       ended;

    // The head stays out of the quarter before the tail's, where the ends of a group and of a frame find room. From the
    // tail on it still has 257 bytes, more than the longest group, which cannot be read before it is closed.
    wire [1:0] next_quarter = head[8:7] + 2'd1;
    wire [3:0] next_block   = tail[8:5] + 4'd1;
    wire       take         = valid & ready;
    wire       is_zero      = data == 8'd0;
    wire       closes       = (state == CLOSE) | ((state == COPY) & is_zero);
    wire       write        = (state == COPY) ? take : (state != OPEN);
    wire [8:0] write_at     = closes ? group : head;
    wire       opens        = (state == OPEN) & (active | ~ended);
    wire       advance      = take | (state == DELIMIT) | opens;

    assign ready    = (state == COPY) & (next_quarter != tail[8:7]);
    assign empty    = (tail == group) & ~out_valid;
    assign starving = (group[8:5] == tail[8:5]) | (group[8:5] == next_block);
    assign closed   = (state == OPEN) & ended;

    always @(posedge clk) begin
        if (write)
            ring[write_at] <= closes ? length : (state == DELIMIT) ? 8'd0 : data;
        if (advance)
            head <= head + 9'd1;
        if ((take & is_zero) | (state == OPEN)) begin
            group  <= head;
            length <= 8'd1;
        end else if (take)
            length <= length + 8'd1;
        case (state)
            COPY: if (take) begin
                ended <= last;
                if (last | (~is_zero & (length == 8'hfe)))
                    state <= CLOSE;
            end
            CLOSE:   state <= ended ? DELIMIT : OPEN;
            DELIMIT: state <= OPEN;
            default: state <= delimit ? DELIMIT : opens ? COPY : OPEN;
        endcase
        // A delimiter before the first frame ends whatever the line has brought until now.
        if (rst) begin
            head  <= 9'd0;
            group <= 9'd0;
            state <= DELIMIT;
            ended <= 1'b1;
        end
    end

    wire read = (~out_valid | out_ready) & (tail != group);
    always @(posedge clk) begin
        if (read) begin
            out_data <= ring[tail];
            tail     <= tail + 9'd1;
        end
        if (out_ready | ~out_valid)
            out_valid <= read;
        if (rst) begin
            tail      <= 9'd0;
            out_valid <= 1'b0;
        end
    end
endmodule

`default_nettype wire
