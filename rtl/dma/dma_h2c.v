// Host to card: reads a range of host memory over AR and R into the card's memory.
//
// The card's memory always takes a beat, so it can never hold back R. After
// the first failed beat nothing is written and no burst is presented; what is in flight drains.
`default_nettype none
`include "dma_spec.vh"

module dma_h2c #(
    parameter ADDR_W           = 64,
    parameter CARD_BYTES_LOG2  = 17,
    parameter WORD_BYTES_LOG2  = 3,
    parameter BURST_BYTES_LOG2 = 11,
    parameter OUTSTANDING      = 16
) (
    input  wire                            clk,
    input  wire                            rst,

    // A pulse with a transfer that has been checked; from the next cycle on `finished`
    // says that it has ended. From the first cycle of `abort` on, no further burst is presented.
    input  wire                            start,
    input  wire                            abort,
    input  wire [ADDR_W-1:0]               host_address,
    input  wire [CARD_BYTES_LOG2-1:0]      card_address,
    input  wire [CARD_BYTES_LOG2:0]        length,
    output wire                            finished,
    output wire [3:0]                      error_kind,
    output wire [ADDR_W-1:0]               error_address,
    output reg  [CARD_BYTES_LOG2:0]        residue,

    output wire                            arvalid,
    input  wire                            arready,
    output wire [ADDR_W-1:0]               araddr,
    output wire [7:0]                      arlen,
    input  wire                            rvalid,
    input  wire [(8<<WORD_BYTES_LOG2)-1:0] rdata,
    input  wire [1:0]                      rresp,
    input  wire                            rlast,

    output reg                             card_write,
    output reg  [CARD_BYTES_LOG2-1:0]      card_write_address,
    output reg  [(1<<WORD_BYTES_LOG2)-1:0] card_write_strobe,
    output reg  [(8<<WORD_BYTES_LOG2)-1:0] card_write_data
);
    localparam LENGTH_W = CARD_BYTES_LOG2 + 1;
    localparam WORD_W   = ADDR_W - WORD_BYTES_LOG2;
    localparam BURST_WORD_W = BURST_BYTES_LOG2 - WORD_BYTES_LOG2;

    reg                        aborting;
    reg                        failed;
    reg  [3:0]                 kind;
    reg  [WORD_W-1:0]          beat_word;
    reg  [CARD_BYTES_LOG2-1:0] beat_card_address;
    reg  [WORD_BYTES_LOG2-1:0] offset;

    wire beat = rvalid;
    wire is_last;
    // Bursts end at fixed multiples, so where RLAST is due follows from the place of the beat.
    wire ends  = is_last | (&beat_word[BURST_WORD_W-1:0]);
    wire cut   = rlast != ends;
    wire wrong = rresp[1] | cut;
    wire good  = beat & ~failed & ~wrong;

    assign error_kind    = failed ? kind : (residue != 0) ? `HILT_ERROR_ABORTED : `HILT_ERROR_NONE;
    assign error_address = {beat_word, {WORD_BYTES_LOG2{1'b0}}};

    wire       present_unused;
    wire [8:0] present_beats_unused;

    dma_burst_issuer #(
        .ADDR_W(ADDR_W),
        .LENGTH_W(LENGTH_W),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2),
        .BURST_BYTES_LOG2(BURST_BYTES_LOG2),
        .OUTSTANDING(OUTSTANDING)
    ) issuer (
        .clk(clk),
        .rst(rst),
        .start(start),
        .host_address(host_address),
        .length(length),
        .stop(failed | aborting | abort),
        .retired(beat & rlast),
        .valid(arvalid),
        .ready(arready),
        .burst_address(araddr),
        .burst_len(arlen),
        .present(present_unused),
        .present_beats(present_beats_unused),
        .done(finished)
    );

    wire [(1<<WORD_BYTES_LOG2)-1:0] lanes;
    wire [WORD_BYTES_LOG2:0]        bytes;

    dma_beat_lanes #(.LENGTH_W(LENGTH_W), .WORD_BYTES_LOG2(WORD_BYTES_LOG2)) beat_lanes (
        .offset(offset),
        .left(residue),
        .lanes(lanes),
        .bytes(bytes),
        .is_last(is_last)
    );

    always @(posedge clk) begin
        if (rst | start)
            aborting <= 1'b0;
        else if (abort)
            aborting <= 1'b1;

        if (rst | start)
            failed <= 1'b0;
        else if (beat & wrong)
            failed <= 1'b1;

        if (beat & ~failed)
            kind <= cut ? `HILT_ERROR_BURST_LENGTH : {2'b00, rresp};
    end

    // ---- position of the next beat; the first one may start inside its word
    always @(posedge clk) begin
        if (start) begin
            offset            <= host_address[WORD_BYTES_LOG2-1:0];
            residue           <= length;
            beat_word         <= host_address[ADDR_W-1:WORD_BYTES_LOG2];
            beat_card_address <= card_address
                               - {{(CARD_BYTES_LOG2-WORD_BYTES_LOG2){1'b0}}, host_address[WORD_BYTES_LOG2-1:0]};
        end else if (good) begin
            offset            <= 0;
            residue           <= residue - {{(LENGTH_W-WORD_BYTES_LOG2-1){1'b0}}, bytes};
            beat_word         <= beat_word + {{(WORD_W-1){1'b0}}, 1'b1};
            beat_card_address <= beat_card_address
                               + {{(CARD_BYTES_LOG2-WORD_BYTES_LOG2-1){1'b0}}, 1'b1, {WORD_BYTES_LOG2{1'b0}}};
        end
    end

    always @(posedge clk) begin
        card_write <= good & ~rst;
        if (good) begin
            card_write_address <= beat_card_address;
            card_write_strobe  <= lanes;
            card_write_data    <= rdata;
        end
    end

    wire unused = &{1'b0, present_unused, present_beats_unused};
endmodule

`default_nettype wire
