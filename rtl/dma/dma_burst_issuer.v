// Cuts a transfer into bursts and presents them on an address channel (AR or AW), several in flight.
//
// Bursts end at multiples of 2**BURST_BYTES_LOG2 bytes and at the end of the transfer. A power of two up to 4 KiB never
// crosses a 4 KiB boundary (AMBA AXI, "Burst address"), and the place where a burst ends follows from its address alone.
`default_nettype none

module dma_burst_issuer #(
    parameter ADDR_W           = 64,
    parameter LENGTH_W         = 18,
    parameter WORD_BYTES_LOG2  = 3,
    parameter BURST_BYTES_LOG2 = 11,
    parameter OUTSTANDING      = 16
) (
    input  wire                clk,
    input  wire                rst,

    // One pulse starts a transfer of 1 byte or more; not before `done` of the last one.
    input  wire                start,
    input  wire [ADDR_W-1:0]   host_address,
    input  wire [LENGTH_W-1:0] length,
    // While high, no further burst is presented.
    input  wire                stop,
    // A burst has ended: RLAST or B.
    input  wire                retired,

    // The address channel.
    output reg                 valid,
    input  wire                ready,
    output reg  [ADDR_W-1:0]   burst_address,
    output reg  [7:0]          burst_len,

    // High in the cycle before a burst is presented, with its beats.
    output wire                present,
    output wire [8:0]          present_beats,
    // Nothing is in flight and nothing more will be presented.
    output wire                done
);
    localparam WORD_W       = ADDR_W - WORD_BYTES_LOG2;
    localparam COUNT_W      = LENGTH_W - WORD_BYTES_LOG2 + 1;
    localparam BURST_WORD_W = BURST_BYTES_LOG2 - WORD_BYTES_LOG2;
    localparam BEATS_W      = BURST_WORD_W + 1;
    localparam FLIGHT_W     = 8;

    reg [WORD_W-1:0]   word_address;
    reg [COUNT_W-1:0]  words_left;
    reg [FLIGHT_W-1:0] in_flight;

    // ---- the next burst
    wire [BEATS_W-1:0] to_boundary = {1'b1, {BURST_WORD_W{1'b0}}} - {1'b0, word_address[BURST_WORD_W-1:0]};
    wire               is_last     = words_left <= {{(COUNT_W-BEATS_W){1'b0}}, to_boundary};
    wire [BEATS_W-1:0] beats       = is_last ? words_left[BEATS_W-1:0] : to_boundary;
    wire [BEATS_W-1:0] beats_less1 = beats - {{BURST_WORD_W{1'b0}}, 1'b1};

    assign present       = (words_left != 0) & ~stop & (in_flight != OUTSTANDING[FLIGHT_W-1:0]) & (~valid | ready);
    assign present_beats = {{(9-BEATS_W){1'b0}}, beats};
    assign done          = (in_flight == 0) & ((words_left == 0) | stop);

    always @(posedge clk) begin
        if (rst)
            valid <= 1'b0;
        else if (present)
            valid <= 1'b1;
        else if (ready)
            valid <= 1'b0;

        if (present) begin
            burst_address <= {word_address, {WORD_BYTES_LOG2{1'b0}}};
            burst_len     <= {{(8-BURST_WORD_W){1'b0}}, beats_less1[BURST_WORD_W-1:0]};
        end
    end

    // ---- what is left
    wire [COUNT_W+WORD_BYTES_LOG2-1:0] span =
        {{COUNT_W{1'b0}}, host_address[WORD_BYTES_LOG2-1:0]}
        + {{(COUNT_W+WORD_BYTES_LOG2-LENGTH_W){1'b0}}, length}
        + {{COUNT_W{1'b0}}, {WORD_BYTES_LOG2{1'b1}}};

    // A load that adds ones, too, shares the adder's LUTs.
    wire [WORD_W-1:0] next_address = word_address + {{(WORD_W-BEATS_W){start}}, beats};

    always @(posedge clk) begin
        if (start | present)
            word_address <= start ? host_address[ADDR_W-1:WORD_BYTES_LOG2] : next_address;

        if (rst)
            words_left <= 0;
        else if (start)
            words_left <= span[COUNT_W+WORD_BYTES_LOG2-1:WORD_BYTES_LOG2];
        else if (present)
            words_left <= words_left - {{(COUNT_W-BEATS_W){1'b0}}, beats};

        if (rst)
            in_flight <= 0;
        else
            in_flight <= in_flight + {{(FLIGHT_W-1){1'b0}}, present} - {{(FLIGHT_W-1){1'b0}}, retired};
    end

    wire unused = &{1'b0, span[WORD_BYTES_LOG2-1:0], beats_less1[BEATS_W-1]};
endmodule

`default_nettype wire
