// The answers of write bursts, from their last beat until they are taken.
`default_nettype none

module hilt_harness_answers #(
    parameter ROUGH = 0
) (
    input  wire        clk,
    input  wire        rst,

    input  wire [31:0] cycle,
    input  wire        stall,
    input  wire [15:0] latency,
    input  wire        reorder,
    input  wire [3:0]  turn,

    input  wire        put,
    input  wire [3:0]  put_id,
    input  wire [1:0]  put_answer,

    output wire [3:0]  bid,
    output wire [1:0]  bresp,
    output wire        bvalid,
    input  wire        bready
);
    localparam SLOT_W = (ROUGH != 0) ? 10 : 6;

    reg [31:0] dues    [0:(1<<SLOT_W)-1];
    reg [1:0]  kept    [0:(1<<SLOT_W)-1];
    reg        held;

    wire [SLOT_W-1:0] put_slot;
    wire [SLOT_W-1:0] slot;
    wire              waiting;
    wire [31:0]       wait_cycles = cycle - dues[slot];
    wire [6:0]        count;
    wire [7:0]        beat;

    assign bvalid = waiting & ~wait_cycles[31] & (held | ~stall);
    assign bresp  = kept[slot];

    hilt_harness_order #(.ROUGH(ROUGH), .SLOT_W(SLOT_W)) order (
        .clk(clk),
        .rst(rst),
        .put(put),
        .put_id(put_id),
        .put_slot(put_slot),
        .offered(bvalid),
        .take(bvalid & bready),
        .last(1'b1),
        .held(held),
        .overtakes(reorder),
        .switches(1'b0),
        .turn(turn),
        .count(count),
        .waiting(waiting),
        .slot(slot),
        .id(bid),
        .beat(beat)
    );

    always @(posedge clk) begin
        held <= bvalid & ~bready & ~rst;
        if (put) begin
            dues[put_slot]    <= cycle + {16'd0, latency};
            kept[put_slot]    <= put_answer;
        end
    end

    wire unused = &{1'b0, wait_cycles[30:0], count, beat};
endmodule

`default_nettype wire
