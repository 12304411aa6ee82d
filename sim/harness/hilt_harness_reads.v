// The read bursts that host memory has taken, and which of their beats is at hand.
`default_nettype none

module hilt_harness_reads #(
    parameter ROUGH = 0
) (
    input  wire        clk,
    input  wire        rst,

    // Low bits of the cycle counter, and what chance says of this cycle.
    input  wire [31:0] cycle,
    input  wire        stall_ar,
    input  wire        stall_r,
    input  wire [15:0] latency,
    input  wire [6:0]  cfg_outstanding,
    input  wire        cfg_ready_after_valid,
    input  wire        reorder,
    input  wire        interleave,
    input  wire [3:0]  turn,

    input  wire [3:0]  arid,
    input  wire [63:0] araddr,
    input  wire [7:0]  arlen,
    input  wire [2:0]  arsize,
    input  wire [1:0]  arburst,
    input  wire        arvalid,
    output wire        arready,
    output wire        rvalid,
    input  wire        rready,

    // The beat at hand may be offered; `held`: it was offered in the last cycle, too.
    output wire        due,
    output reg         held,
    output wire [3:0]  id,
    output wire        last,
    output wire [63:0] address
);
    localparam SLOT_W = (ROUGH != 0) ? 10 : 6;

    reg [63:0] starts [0:(1<<SLOT_W)-1];
    reg [12:0] shapes [0:(1<<SLOT_W)-1]; // {length, size, burst}
    reg [31:0] dues   [0:(1<<SLOT_W)-1];

    wire [6:0]        count;
    wire              late;
    wire              put = arvalid & arready;
    wire [SLOT_W-1:0] put_slot;
    wire [SLOT_W-1:0] slot;
    wire              waiting;
    wire [7:0]        beat;
    wire [7:0]        len;
    wire [2:0]        size;
    wire [1:0]        burst;
    wire [63:0]       start = starts[slot];
    wire [31:0]       wait_cycles = cycle - dues[slot];

    assign {len, size, burst} = shapes[slot];
    assign arready = (count < cfg_outstanding) & ~stall_ar & ~late;
    assign due     = waiting & ~wait_cycles[31];
    assign rvalid  = due & (held | ~stall_r);
    assign last    = beat == len;

    hilt_harness_late #(.ROUGH(ROUGH)) late_ready (
        .clk(clk),
        .rst(rst),
        .cfg_ready_after_valid(cfg_ready_after_valid),
        .valid(arvalid),
        .ready(arready),
        .late(late)
    );

    hilt_harness_order #(.ROUGH(ROUGH), .SLOT_W(SLOT_W)) order (
        .clk(clk),
        .rst(rst),
        .put(put),
        .put_id(arid),
        .put_slot(put_slot),
        .offered(rvalid),
        .take(rvalid & rready),
        .last(last),
        .held(held),
        .overtakes(reorder),
        .switches(interleave),
        .turn(turn),
        .count(count),
        .waiting(waiting),
        .slot(slot),
        .id(id),
        .beat(beat)
    );

    hilt_harness_beat_address beat_address (
        .start(start),
        .len(len),
        .size(size),
        .burst(burst),
        .beat(beat),
        .address(address)
    );

    always @(posedge clk) begin
        held <= rvalid & ~rready & ~rst;
        if (put) begin
            starts[put_slot] <= araddr;
            shapes[put_slot] <= {arlen, arsize, arburst};
            dues[put_slot]   <= cycle + {16'd0, latency};
        end
    end

    wire unused = &{1'b0, wait_cycles[30:0]};
endmodule

`default_nettype wire
