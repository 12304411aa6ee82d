// Card to host: writes a range of the card's memory to host memory over AW, W and B.
//
// Data of a burst are fetched once its address is presented. A transfer ends with the last write response, never
// before: only then can the host see the data.
`default_nettype none
`include "dma_spec.vh"

module dma_c2h #(
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

    output wire                            awvalid,
    input  wire                            awready,
    output wire [ADDR_W-1:0]               awaddr,
    output wire [7:0]                      awlen,
    output reg                             wvalid,
    input  wire                            wready,
    output reg  [(8<<WORD_BYTES_LOG2)-1:0] wdata,
    output reg  [(1<<WORD_BYTES_LOG2)-1:0] wstrb,
    output reg                             wlast,
    input  wire                            bvalid,
    input  wire [1:0]                      bresp,

    output wire                            card_read,
    output wire [CARD_BYTES_LOG2-1:0]      card_read_address,
    input  wire [(8<<WORD_BYTES_LOG2)-1:0] card_read_data
);
    localparam LENGTH_W     = CARD_BYTES_LOG2 + 1;
    localparam COUNT_W      = LENGTH_W - WORD_BYTES_LOG2 + 1;
    localparam BURST_WORD_W = BURST_BYTES_LOG2 - WORD_BYTES_LOG2;
    localparam BURST_W      = BURST_BYTES_LOG2 + 1;

    reg        aborting;
    reg        failed;
    reg  [1:0] response;
    wire       present;
    wire [8:0] present_beats;

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
        .retired(bvalid),
        .valid(awvalid),
        .ready(awready),
        .burst_address(awaddr),
        .burst_len(awlen),
        .present(present),
        .present_beats(present_beats),
        .done(finished)
    );

    // ---- data: fetch from the card's memory, then the W register
    reg  [COUNT_W-1:0]              credit; // beats whose burst is presented and that are not yet fetched
    reg  [WORD_BYTES_LOG2-1:0]      offset;
    reg  [LENGTH_W-1:0]             fetch_left;
    reg  [BURST_WORD_W-1:0]         fetch_word;
    reg  [CARD_BYTES_LOG2-1:0]      fetch_address;
    wire [(1<<WORD_BYTES_LOG2)-1:0] lanes;
    wire [WORD_BYTES_LOG2:0]        bytes;
    wire                            is_last;
    reg                             fetched;
    reg  [(1<<WORD_BYTES_LOG2)-1:0] fetched_lanes;
    reg                             fetched_last;

    // Lanes outside of the transfer are 0: the card's bytes there may be X, which models of memory do not take even where
    // no strobe is, and are not the host's to see.
    wire [(8<<WORD_BYTES_LOG2)-1:0] fetched_mask;
    genvar lane;
    generate
        for (lane = 0; lane < (1 << WORD_BYTES_LOG2); lane = lane + 1) begin : mask
            assign fetched_mask[8*lane +: 8] = {8{fetched_lanes[lane]}};
        end
    endgenerate

    wire w_free = ~wvalid | wready;
    wire fetch  = (credit != 0) & (~fetched | w_free);

    assign card_read         = fetch;
    assign card_read_address = fetch_address;

    dma_beat_lanes #(.LENGTH_W(LENGTH_W), .WORD_BYTES_LOG2(WORD_BYTES_LOG2)) beat_lanes (
        .offset(offset),
        .left(fetch_left),
        .lanes(lanes),
        .bytes(bytes),
        .is_last(is_last)
    );

    always @(posedge clk) begin
        if (rst)
            credit <= 0;
        else
            credit <= credit + (present ? {{(COUNT_W-9){1'b0}}, present_beats} : {COUNT_W{1'b0}})
                    - {{(COUNT_W-1){1'b0}}, fetch};

        if (start) begin
            offset        <= host_address[WORD_BYTES_LOG2-1:0];
            fetch_left    <= length;
            fetch_word    <= host_address[BURST_BYTES_LOG2-1:WORD_BYTES_LOG2];
            fetch_address <= card_address
                           - {{(CARD_BYTES_LOG2-WORD_BYTES_LOG2){1'b0}}, host_address[WORD_BYTES_LOG2-1:0]};
        end else if (fetch) begin
            offset        <= 0;
            fetch_left    <= fetch_left - {{(LENGTH_W-WORD_BYTES_LOG2-1){1'b0}}, bytes};
            fetch_word    <= fetch_word + {{(BURST_WORD_W-1){1'b0}}, 1'b1};
            fetch_address <= fetch_address
                           + {{(CARD_BYTES_LOG2-WORD_BYTES_LOG2-1){1'b0}}, 1'b1, {WORD_BYTES_LOG2{1'b0}}};
        end

        if (rst)
            fetched <= 1'b0;
        else
            fetched <= fetch | (fetched & ~w_free);
        if (fetch) begin
            fetched_lanes <= lanes;
            fetched_last  <= is_last | (&fetch_word);
        end

        if (rst)
            wvalid <= 1'b0;
        else
            wvalid <= fetched | (wvalid & ~wready);
        if (fetched & w_free) begin
            wdata <= card_read_data & fetched_mask;
            wstrb <= fetched_lanes;
            wlast <= fetched_last;
        end
    end

    // ---- responses: bursts end at fixed multiples, so the place of the next one needs no queue
    reg  [ADDR_W-1:0]  acknowledged;
    wire [BURST_W-1:0] to_boundary = {1'b1, {BURST_BYTES_LOG2{1'b0}}} - {1'b0, acknowledged[BURST_BYTES_LOG2-1:0]};
    wire               ends        = residue <= {{(LENGTH_W-BURST_W){1'b0}}, to_boundary};
    wire [BURST_W-1:0] burst_bytes = ends ? residue[BURST_W-1:0] : to_boundary;

    assign error_kind    = failed ? {2'b00, response} : (residue != 0) ? `HILT_ERROR_ABORTED : `HILT_ERROR_NONE;
    assign error_address = acknowledged;

    always @(posedge clk) begin
        if (rst | start)
            aborting <= 1'b0;
        else if (abort)
            aborting <= 1'b1;

        if (rst | start)
            failed <= 1'b0;
        else if (bvalid & bresp[1])
            failed <= 1'b1;

        if (bvalid & ~failed)
            response <= bresp;

        if (start) begin
            acknowledged <= host_address;
            residue      <= length;
        end else if (bvalid & ~failed & ~bresp[1]) begin
            acknowledged <= acknowledged + {{(ADDR_W-BURST_W){1'b0}}, burst_bytes};
            residue      <= residue - {{(LENGTH_W-BURST_W){1'b0}}, burst_bytes};
        end
    end
endmodule

`default_nettype wire
