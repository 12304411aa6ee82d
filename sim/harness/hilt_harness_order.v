// The order in which bursts are served: the oldest first. A rough memory may take up a burst of another ID before it
// (`overtakes`), and go on with another ID in the middle of one (`switches`). Within an ID the order is kept: each ID has
// a queue of its own, and only its first burst is ever looked at.
//
// The slots are places in the memories of whoever keeps the bursts. Of at most 64 bursts.
`default_nettype none

module hilt_harness_order #(
    parameter ROUGH  = 0,
    parameter SLOT_W = 6 // 6, or 10 of a rough memory
) (
    input  wire        clk,
    input  wire        rst,

    input  wire        put,
    input  wire [3:0]  put_id,
    output wire [SLOT_W-1:0] put_slot,

    // A beat of the burst at hand is offered; it is taken, and is the last one.
    input  wire        offered,
    input  wire        take,
    input  wire        last,
    // It was offered before and must stay.
    input  wire        held,
    // What chance says of this cycle; `turn` is any number.
    input  wire        overtakes,
    input  wire        switches,
    input  wire [3:0]  turn,

    // Bursts that wait, and the one at hand.
    output wire [6:0]  count,
    output wire        waiting,
    output wire [SLOT_W-1:0] slot,
    output wire [3:0]  id,
    output wire [7:0]  beat
);
    // IDs in the order in which their bursts came. Of a rough memory it is a preference only: any burst that ends takes the
    // first one away.
    reg [3:0] ids [0:63];
    reg [6:0] head;
    reg [6:0] tail;

    wire [3:0] oldest = ids[head[5:0]];

    assign count   = tail - head;
    assign waiting = head != tail;

    always @(posedge clk) begin
        if (rst) begin
            head <= 7'd0;
            tail <= 7'd0;
        end else begin
            head <= head + {6'd0, take & last};
            tail <= tail + {6'd0, put};
        end
        if (put) ids[tail[5:0]] <= put_id;
    end

    generate
        if (ROUGH != 0) begin : rough
            // Of each ID: how many bursts came and were served, and how far its first one is.
            reg  [111:0] came;
            reg  [111:0] served;
            reg  [127:0] beats;
            wire [15:0]  there;

            genvar each;
            for (each = 0; each < 16; each = each + 1) begin : queue
                assign there[each] = came[7*each +: 7] != served[7*each +: 7];
            end

            // A burst is in its middle; `current` is the ID that was offered last.
            reg        open;
            reg  [3:0] current;

            // Away from that one: to the next ID that has a burst, or to any.
            wire       strays  = open ? switches : overtakes;
            wire [3:0] base    = open ? current : oldest;
            wire [3:0] start   = strays ? base + 4'd1 + (turn[3] ? {1'b0, turn[2:0]} : 4'd0) : base;
            wire [31:0] circle = {there, there} >> start;
            wire [3:0] pick    = held ? current : start + first(circle[15:0]);
            wire [6:0] came_of   = came[7*put_id +: 7];
            wire [6:0] served_of = served[7*pick +: 7];

            assign id       = pick;
            assign beat     = beats[8*pick +: 8];
            assign slot     = {pick, served_of[5:0]};
            assign put_slot = {put_id, came_of[5:0]};

            always @(posedge clk) begin
                if (rst) begin
                    came    <= 112'd0;
                    served  <= 112'd0;
                    beats   <= 128'd0;
                    open    <= 1'b0;
                    current <= 4'd0;
                end else begin
                    if (put) came[7*put_id +: 7] <= came_of + 7'd1;
                    if (offered) current <= pick;
                    if (take) begin
                        open                <= ~last;
                        beats[8*pick +: 8]  <= last ? 8'd0 : beat + 8'd1;
                        served[7*pick +: 7] <= served_of + {6'd0, last};
                    end
                end
            end

            wire unused = &{1'b0, circle[31:16], came_of[6], served_of[6]};
        end else begin : plain
            reg [7:0] count_of_beats;

            assign id       = oldest;
            assign beat     = count_of_beats;
            assign slot     = head[5:0];
            assign put_slot = tail[5:0];

            always @(posedge clk) begin
                if (rst)
                    count_of_beats <= 8'd0;
                else if (take)
                    count_of_beats <= last ? 8'd0 : beat + 8'd1;
            end

            wire unused = &{1'b0, offered, held, overtakes, switches, turn};
        end
    endgenerate

    // The lowest bit that is set.
    function [3:0] first(input [15:0] bits);
        integer at;
        begin
            first = 4'd0;
            for (at = 15; at >= 0; at = at - 1)
                if (bits[at]) first = at[3:0];
        end
    endfunction
endmodule

`default_nettype wire
