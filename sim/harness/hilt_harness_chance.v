// Chance for the bus: in each cycle, for each channel, whether it is held back, and a latency for each direction.
//
// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016). Everything
// follows from the seed and the number of cycles since reset.
`default_nettype none

module hilt_harness_chance #(
    parameter ROUGH = 0 // 1: what a rough memory asks for, too
) (
    input  wire        clk,
    input  wire        rst,

    input  wire [63:0] cfg_seed,
    input  wire [15:0] cfg_read_latency_min,
    input  wire [15:0] cfg_read_latency_max,
    input  wire [15:0] cfg_write_latency_min,
    input  wire [15:0] cfg_write_latency_max,
    // In 1/256: the share of cycles in which a channel is held back.
    input  wire [7:0]  cfg_stall_ar,
    input  wire [7:0]  cfg_stall_aw,
    input  wire [7:0]  cfg_stall_w,
    input  wire [7:0]  cfg_stall_r,
    input  wire [7:0]  cfg_stall_b,
    // The host's side of the register port.
    input  wire [7:0]  cfg_stall_register,
    // In 1/256: the share of bursts, beats and idle cycles to which this happens (`hilt_harness_order`, idle lines).
    input  wire [7:0]  cfg_reorder_read,
    input  wire [7:0]  cfg_reorder_write,
    input  wire [7:0]  cfg_interleave,
    input  wire [7:0]  cfg_junk,

    output wire        stall_ar,
    output wire        stall_aw,
    output wire        stall_w,
    output wire        stall_r,
    output wire        stall_b,
    output wire        stall_register,
    output wire [15:0] read_latency,
    output wire [15:0] write_latency,
    output wire        reorder_read,
    output wire        reorder_write,
    output wire        interleave,
    // Which ID goes ahead then.
    output wire [3:0]  turn_read,
    output wire [3:0]  turn_write,
    // Idle lines carry `junk_bits` in this cycle.
    output wire        junk,
    output wire [63:0] junk_bits
);
    localparam [63:0] MULTIPLIER = 64'h2545f4914f6cdd1d;
    localparam [63:0] NOT_ZERO   = 64'h9e3779b97f4a7c15;

    reg  [63:0] state;
    wire [63:0] step1 = state ^ (state >> 12);
    wire [63:0] step2 = step1 ^ (step1 << 25);
    wire [63:0] step3 = step2 ^ (step2 >> 27);

    always @(posedge clk) begin
        if (rst)
            state <= (cfg_seed == 64'd0) ? NOT_ZERO : cfg_seed;
        else
            state <= step3;
    end

    wire [63:0] draw = state * MULTIPLIER;

    assign stall_ar = draw[63:56] < cfg_stall_ar;
    assign stall_aw = draw[55:48] < cfg_stall_aw;
    assign stall_w  = draw[47:40] < cfg_stall_w;
    assign stall_r  = draw[39:32] < cfg_stall_r;
    assign stall_b  = draw[31:24] < cfg_stall_b;
    assign stall_register = draw[23:16] < cfg_stall_register;

    // min + chance * (max - min + 1), chance in [0, 1)
    wire [31:0] read_span   = {16'd0, cfg_read_latency_max - cfg_read_latency_min} + 32'd1;
    wire [31:0] write_span  = {16'd0, cfg_write_latency_max - cfg_write_latency_min} + 32'd1;
    wire [31:0] read_extra  = {16'd0, state[63:48]} * read_span;
    wire [31:0] write_extra = {16'd0, state[47:32]} * write_span;

    assign read_latency  = cfg_read_latency_min + read_extra[31:16];
    assign write_latency = cfg_write_latency_min + write_extra[31:16];

    // Draws of their own: what is above is the same with and without them.
    generate
        if (ROUGH != 0) begin : rough
            reg  [63:0] more;
            wire [63:0] more1 = more ^ (more >> 12);
            wire [63:0] more2 = more1 ^ (more1 << 25);
            wire [63:0] more3 = more2 ^ (more2 >> 27);
            wire [63:0] whim  = more * MULTIPLIER;

            always @(posedge clk) begin
                if (rst)
                    more <= (cfg_seed == ~64'd0) ? NOT_ZERO : ~cfg_seed;
                else
                    more <= more3;
            end

            assign reorder_read  = whim[63:56] < cfg_reorder_read;
            assign reorder_write = whim[55:48] < cfg_reorder_write;
            assign interleave    = whim[47:40] < cfg_interleave;
            assign junk          = whim[39:32] < cfg_junk;
            assign turn_read     = whim[31:28];
            assign turn_write    = whim[27:24];
            assign junk_bits     = more ^ {more[31:0], more[63:32]} ^ {whim[23:0], 40'd0};
        end else begin : plain
            assign reorder_read  = 1'b0;
            assign reorder_write = 1'b0;
            assign interleave    = 1'b0;
            assign junk          = 1'b0;
            assign turn_read     = 4'd0;
            assign turn_write    = 4'd0;
            assign junk_bits     = 64'd0;
            wire unused_settings = &{1'b0, cfg_reorder_read, cfg_reorder_write, cfg_interleave, cfg_junk};
        end
    endgenerate

    wire unused = &{1'b0, draw[15:0], read_extra[15:0], write_extra[15:0]};
endmodule

`default_nettype wire
