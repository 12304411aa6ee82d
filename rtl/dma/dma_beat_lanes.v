// Which byte lanes of a bus word belong to a transfer that has `left` bytes to go and continues at lane `offset`.
// Combinational.
`default_nettype none

module dma_beat_lanes #(
    parameter LENGTH_W        = 18,
    parameter WORD_BYTES_LOG2 = 3
) (
    input  wire [WORD_BYTES_LOG2-1:0]      offset,
    input  wire [LENGTH_W-1:0]             left,
    output wire [(1<<WORD_BYTES_LOG2)-1:0] lanes,
    // Bytes of the transfer in this word.
    output wire [WORD_BYTES_LOG2:0]        bytes,
    // The transfer ends in this word.
    output wire                            is_last
);
    localparam WORD_BYTES = 1 << WORD_BYTES_LOG2;

    wire [WORD_BYTES_LOG2:0] room  = {1'b1, {WORD_BYTES_LOG2{1'b0}}} - {1'b0, offset};
    wire [WORD_BYTES_LOG2:0] ended = {1'b0, offset} + left[WORD_BYTES_LOG2:0];

    assign is_last = left <= {{(LENGTH_W-WORD_BYTES_LOG2-1){1'b0}}, room};
    assign bytes   = is_last ? left[WORD_BYTES_LOG2:0] : room;
    assign lanes   = ({WORD_BYTES{1'b1}} << offset) & ~(is_last ? {WORD_BYTES{1'b1}} << ended : {WORD_BYTES{1'b0}});
endmodule

`default_nettype wire
