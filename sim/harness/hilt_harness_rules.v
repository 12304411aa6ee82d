// Watches the device's AXI4 master and its register port and reports which protocol rules it breaks in a cycle, and where
// it lets a transfer wait for `cfg_stall_limit` cycles. Purely observing.
// The rules and their bits are in src/spec/protocol-rules.ts.
`default_nettype none
`include "hilt_harness_protocol_rules.vh"

module hilt_harness_rules #(
    parameter DATA_W      = 64, // 32 or 64
    // 1: of a simulator that has X, a VALID or READY that is X breaks a rule.
    parameter FOUR_STATES = 0,
    // 0: nothing that waits is a stall, whatever `cfg_stall_limit` says.
    parameter STALLS      = 1
) (
    input  wire        clk,
    input  wire        rst,
    // Cycles; 0 for no limit.
    input  wire [31:0] cfg_stall_limit,

    input  wire [3:0]  arid,
    input  wire [63:0] araddr,
    input  wire [7:0]  arlen,
    input  wire [2:0]  arsize,
    input  wire [1:0]  arburst,
    input  wire        arvalid,
    input  wire        arready,
    input  wire        rvalid,
    input  wire        rready,
    input  wire [3:0]  awid,
    input  wire [63:0] awaddr,
    input  wire [7:0]  awlen,
    input  wire [2:0]  awsize,
    input  wire [1:0]  awburst,
    input  wire        awvalid,
    input  wire        awready,
    input  wire [DATA_W-1:0] wdata,
    input  wire [DATA_W/8-1:0] wstrb,
    input  wire        wlast,
    input  wire        wvalid,
    input  wire        wready,
    input  wire        bvalid,
    input  wire        bready,
    // The burst that W beats belong to, if there is one, and the beat at hand: it waits for its burst, and it belongs to it
    // when both are there.
    input  wire        write_is_open,
    input  wire        write_beat_waits,
    input  wire [DATA_W/8-1:0] write_beat_strobe,
    input  wire        write_beat_wlast,
    input  wire [2:0]  write_beat_size,
    input  wire [63:0] write_beat_address,
    input  wire        write_beat_is_last,

    input  wire        lite_awvalid,
    input  wire        lite_awready,
    input  wire        lite_wvalid,
    input  wire        lite_wready,
    input  wire [1:0]  lite_bresp,
    input  wire        lite_bvalid,
    input  wire        lite_bready,
    input  wire        lite_arvalid,
    input  wire        lite_arready,
    input  wire [31:0] lite_rdata,
    input  wire [1:0]  lite_rresp,
    input  wire        lite_rvalid,
    input  wire        lite_rready,

    output wire [23:0] broken,
    // Any of them; not looked at during reset.
    output wire        breaks,
    // Of the burst or beat that broke the first of them.
    output wire [63:0] broken_address
);
    localparam [2:0] SIZE  = (DATA_W == 64) ? 3'd3 : 3'd2;
    localparam [1:0] FIXED = 2'b00;
    localparam [1:0] INCR  = 2'b01;
    localparam [1:0] WRAP  = 2'b10;

    wire ar = arvalid & arready;
    wire aw = awvalid & awready;
    wire w  = write_beat_waits & write_is_open;

    // ---- what was offered and not taken in the last cycle must be offered again
    reg        ar_waits;
    reg [63:0] ar_address;
    reg [16:0] ar_rest;
    reg        aw_waits;
    reg [63:0] aw_address;
    reg [16:0] aw_rest;
    reg        w_waits;
    reg [DATA_W-1:0] w_data;
    reg [DATA_W/8:0] w_rest;

    wire [16:0] ar_rest_now = {arid, arlen, arsize, arburst};
    wire [16:0] aw_rest_now = {awid, awlen, awsize, awburst};
    wire [DATA_W/8:0] w_rest_now = {wlast, wstrb};

    always @(posedge clk) begin
        ar_waits <= arvalid & ~arready & ~rst;
        aw_waits <= awvalid & ~awready & ~rst;
        w_waits  <= wvalid & ~wready & ~rst;
        if (arvalid) begin
            ar_address <= araddr;
            ar_rest    <= ar_rest_now;
        end
        if (awvalid) begin
            aw_address <= awaddr;
            aw_rest    <= aw_rest_now;
        end
        if (wvalid) begin
            w_data <= wdata;
            w_rest <= w_rest_now;
        end
    end

    // ---- strobes below the address of the beat, or above its size
    localparam BEAT_BYTES_LOG2 = (DATA_W == 64) ? 3 : 2;
    localparam [DATA_W/8-1:0] ALL_LANES = {(DATA_W/8){1'b1}};
    wire [7:0] beat_bytes = 8'd1 << write_beat_size;
    wire [BEAT_BYTES_LOG2-1:0] first_lane = write_beat_address[BEAT_BYTES_LOG2-1:0];
    wire [BEAT_BYTES_LOG2-1:0] lane_of_size = first_lane & ~(beat_bytes[BEAT_BYTES_LOG2-1:0] - {{(BEAT_BYTES_LOG2-1){1'b0}}, 1'b1});
    wire [DATA_W/8-1:0] lanes = (ALL_LANES << first_lane) & (~(ALL_LANES << beat_bytes) << lane_of_size);

    // ---- waits
    // All of them are looked at once in `cfg_stall_limit` cycles: one that has lasted since the last look stalls. So it waits
    // for as long at least, and at most for twice as long.
    wire        looks;
    wire [3:0]  stalls;

    generate
        if (STALLS != 0) begin : has_stalls
            reg  [31:0] since_look;
            reg  [3:0]  lasted;
            wire [3:0]  waits = {write_beat_waits & ~write_is_open & ~awvalid, write_is_open & ~write_beat_waits,
                                 bvalid & ~bready, rvalid & ~rready};

            assign looks  = since_look == cfg_stall_limit;
            assign stalls = {4{looks & (cfg_stall_limit != 32'd0)}} & lasted & waits;

            always @(posedge clk) begin
                since_look <= (rst | looks) ? 32'd1 : since_look + 32'd1;
                lasted     <= waits & (lasted | {4{looks}}) & {4{~rst}};
            end
        end else begin : no_stalls
            assign looks  = 1'b0;
            assign stalls = 4'd0;
            wire unused = &cfg_stall_limit;
        end
    endgenerate

    // ---- reset, and the register port, where the harness has one access under way at most
    reg        reset_broken; // in the last cycle of reset
    reg        lite_r_waits;
    reg [33:0] lite_r_kept;
    reg        lite_b_waits;
    reg [1:0]  lite_b_kept;
    reg        lite_read_asked;
    reg        lite_address_asked;
    reg        lite_data_asked;

    wire [33:0] lite_r_now  = {lite_rresp, lite_rdata};
    wire        lite_r      = lite_rvalid & lite_rready;
    wire        lite_b      = lite_bvalid & lite_bready;

    always @(posedge clk) begin
        reset_broken <= rst & (arvalid | awvalid | wvalid);
        lite_r_waits <= lite_rvalid & ~lite_rready & ~rst;
        lite_b_waits <= lite_bvalid & ~lite_bready & ~rst;
        if (lite_rvalid) lite_r_kept <= lite_r_now;
        if (lite_bvalid) lite_b_kept <= lite_bresp;

        lite_read_asked    <= ~rst & ((lite_arvalid & lite_arready) | (lite_read_asked & ~lite_r));
        lite_address_asked <= ~rst & ((lite_awvalid & lite_awready) | (lite_address_asked & ~lite_b));
        lite_data_asked    <= ~rst & ((lite_wvalid & lite_wready) | (lite_data_asked & ~lite_b));
    end

    // ---- by what they are about; what an engine need not look at in a cycle stands in one choice of several bits
    wire [23:0] read_rules  = ar ? burst_rules(araddr[11:0], arlen, arsize, arburst, `HILT_RULE_AXI_READ_4KIB) : 24'd0;
    wire [23:0] write_rules = aw ? burst_rules(awaddr[11:0], awlen, awsize, awburst, `HILT_RULE_AXI_WRITE_4KIB) : 24'd0;
    wire [23:0] beat_rules  = ~w ? 24'd0
                            : ({23'd0, write_beat_wlast != write_beat_is_last} << `HILT_RULE_AXI_WLAST)
                            | ({23'd0, (write_beat_strobe & ~lanes) != 0}      << `HILT_RULE_AXI_STROBE);
    wire [23:0] ar_moved    = ~ar_waits ? 24'd0
                            : {23'd0, ~arvalid | (araddr != ar_address) | (ar_rest_now != ar_rest)} << `HILT_RULE_AXI_AR_STABLE;
    wire [23:0] aw_moved    = ~aw_waits ? 24'd0
                            : {23'd0, ~awvalid | (awaddr != aw_address) | (aw_rest_now != aw_rest)} << `HILT_RULE_AXI_AW_STABLE;
    wire [23:0] w_moved     = ~w_waits ? 24'd0
                            : {23'd0, ~wvalid | (wdata != w_data) | (w_rest_now != w_rest)} << `HILT_RULE_AXI_W_STABLE;
    wire [23:0] stall_rules = ~looks ? 24'd0
                            : ({23'd0, stalls[0]} << `HILT_RULE_AXI_R_WAITS)
                            | ({23'd0, stalls[1]} << `HILT_RULE_AXI_B_WAITS)
                            | ({23'd0, stalls[2]} << `HILT_RULE_AXI_W_MISSING)
                            | ({23'd0, stalls[3]} << `HILT_RULE_AXI_W_ORPHAN);

    wire        lite_moves     = lite_r_waits | lite_b_waits | lite_rvalid | lite_bvalid;
    wire        lite_r_moved   = lite_r_waits & (~lite_rvalid | (lite_r_now != lite_r_kept));
    wire        lite_b_moved   = lite_b_waits & (~lite_bvalid | (lite_bresp != lite_b_kept));
    wire        lite_r_unasked = lite_rvalid & ~lite_read_asked & ~(lite_arvalid & lite_arready);
    wire        lite_b_unasked = lite_bvalid & ~((lite_address_asked | (lite_awvalid & lite_awready))
                                               & (lite_data_asked | (lite_wvalid & lite_wready)));
    wire [23:0] lite_rules  = ~lite_moves ? 24'd0
                            : ({23'd0, lite_r_moved}   << `HILT_RULE_LITE_R_STABLE)
                            | ({23'd0, lite_b_moved}   << `HILT_RULE_LITE_B_STABLE)
                            | ({23'd0, lite_r_unasked} << `HILT_RULE_LITE_R_UNASKED)
                            | ({23'd0, lite_b_unasked} << `HILT_RULE_LITE_B_UNASKED);

    // Nothing can be said of the other rules then.
    wire unknown;
    reg  was_unknown;
    always @(posedge clk) was_unknown <= unknown;
    generate
        if (FOUR_STATES != 0) begin : four_states
            assign unknown = ~rst & ((^{arvalid, arready, rvalid, rready, awvalid, awready, wvalid, wready, bvalid, bready,
                lite_awvalid, lite_awready, lite_wvalid, lite_wready, lite_bvalid, lite_bready,
                lite_arvalid, lite_arready, lite_rvalid, lite_rready}) === 1'bx);
        end else begin : two_states
            assign unknown = 1'b0;
        end
    endgenerate

    wire [23:0] found = unknown ? {23'd0, ~was_unknown} << `HILT_RULE_AXI_X
                      : read_rules | write_rules | beat_rules | ar_moved | aw_moved | w_moved | stall_rules | lite_rules
                      | ({23'd0, reset_broken} << `HILT_RULE_AXI_RESET);

    assign broken = rst ? 24'd0 : found;
    assign breaks = found != 24'd0;

    assign broken_address = (read_rules != 24'd0)  ? araddr
                          : (write_rules != 24'd0) ? awaddr
                          : (ar_moved != 24'd0)    ? ar_address
                          : (aw_moved != 24'd0)    ? aw_address
                          :                          write_beat_address;

    // What a burst breaks by its address, length, size and type. `four_kib` is the rule of its direction.
    function [23:0] burst_rules(input [11:0] address, input [7:0] len, input [2:0] size, input [1:0] burst, input [4:0] four_kib);
        reg [12:0] below;
        reg [12:0] last; // offset in the 4 KiB page of the byte after the burst
        begin
            below = (13'd1 << size) - 13'd1;
            last  = ({1'b0, address} & ~below) + (({5'd0, len} + 13'd1) << size);
            burst_rules = ({23'd0, size > SIZE} << `HILT_RULE_AXI_SIZE)
                        | ({23'd0, is_no_burst(burst, len, (address & below[11:0]) == 12'd0)} << `HILT_RULE_AXI_BURST_TYPE)
                        | ({23'd0, (size <= SIZE) & (burst == INCR) & (last > 13'h1000)} << four_kib);
        end
    endfunction

    // Reserved; a FIXED burst of more than 16 beats; a WRAP burst of another length than 2, 4, 8 or 16, or not aligned.
    function is_no_burst(input [1:0] burst, input [7:0] len, input is_aligned);
        is_no_burst = (burst == FIXED) ? len > 8'd15
                    : (burst == WRAP)  ? ~is_aligned | ~(len == 8'd1 | len == 8'd3 | len == 8'd7 | len == 8'd15)
                    :                    burst != INCR;
    endfunction
endmodule

`default_nettype wire
