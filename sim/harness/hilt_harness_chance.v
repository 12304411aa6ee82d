// Chance for the bus: in each cycle, for each channel, whether it is held back, and a latency for each direction.
//
// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016). Everything
// follows from the seed and the number of cycles since reset.
`default_nettype none

module hilt_harness_chance (
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

    output wire        stall_ar,
    output wire        stall_aw,
    output wire        stall_w,
    output wire        stall_r,
    output wire        stall_b,
    output wire        stall_register,
    output wire [15:0] read_latency,
    output wire [15:0] write_latency
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

    wire unused = &{1'b0, draw[15:0], read_extra[15:0], write_extra[15:0]};
endmodule

`default_nettype wire
