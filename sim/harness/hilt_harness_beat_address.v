// The address of a beat of a burst (Arm IHI 0022, A3.4.1). Combinational.
`default_nettype none

module hilt_harness_beat_address (
    input  wire [63:0] start,
    input  wire [7:0]  len,
    input  wire [2:0]  size,
    input  wire [1:0]  burst,
    input  wire [7:0]  beat,
    // Of the first beat it is `start`.
    output wire [63:0] address
);
    localparam [1:0] FIXED = 2'b00;
    localparam [1:0] WRAP  = 2'b10;

    wire [63:0] next = ((start >> size) + {56'd0, beat}) << size;
    // The bits that move: of a burst that wraps, those of its bytes, a power of two.
    wire [63:0] span = ~(~{56'd0, len} << size);
    wire [63:0] moves = (beat == 8'd0 || burst == FIXED) ? 64'd0 : (burst == WRAP) ? span : ~64'd0;

    assign address = start ^ ((start ^ next) & moves);
endmodule

`default_nettype wire
