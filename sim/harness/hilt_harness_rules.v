// Watches the device's AXI4 master and its register port and tells which protocol rules it breaks in a cycle. Purely
// observing. A wait that is too long is reported once per 4096 cycles.
// The rules and their bits are in src/spec/protocol-rules.ts.
`default_nettype none
`include "hilt_harness_protocol_rules.vh"

module hilt_harness_rules #(
    parameter DATA_W = 64 // 32 or 64
) (
    input  wire        clk,
    input  wire        rst,

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
    // The burst that W beats belong to, if there is one.
    input  wire        write_is_open,
    input  wire [63:0] write_beat_address,
    input  wire        write_beat_is_first,
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
    // Of the burst or beat that broke the first of them.
    output wire [63:0] broken_address
);
    localparam [2:0] SIZE = (DATA_W == 64) ? 3'd3 : 3'd2;
    localparam [1:0] INCR = 2'b01;

    wire ar = arvalid & arready;
    wire aw = awvalid & awready;
    wire w  = wvalid & wready;

    // Offset in the 4 KiB page of the byte behind the burst; bit 12 and something below it means that it crosses.
    localparam [12:0] BEAT_BYTES = DATA_W / 8;
    wire [12:0] ar_end = ({1'b0, araddr[11:0]} & ~(BEAT_BYTES - 13'd1)) + (({5'd0, arlen} + 13'd1) << SIZE);
    wire [12:0] aw_end = ({1'b0, awaddr[11:0]} & ~(BEAT_BYTES - 13'd1)) + (({5'd0, awlen} + 13'd1) << SIZE);

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

    // ---- strobes below the start address in the first beat
    localparam BEAT_BYTES_LOG2 = (DATA_W == 64) ? 3 : 2;
    wire [DATA_W/8-1:0] below_start = ~({(DATA_W/8){1'b1}} << write_beat_address[BEAT_BYTES_LOG2-1:0]);

    // ---- waits
    reg [12:0] r_wait;
    reg [12:0] b_wait;
    reg [12:0] w_wait;
    reg [12:0] orphan_wait;

    always @(posedge clk) begin
        r_wait      <= (~rst & rvalid & ~rready)              ? {1'b0, r_wait[11:0]} + 13'd1      : 13'd0;
        b_wait      <= (~rst & bvalid & ~bready)              ? {1'b0, b_wait[11:0]} + 13'd1      : 13'd0;
        w_wait      <= (~rst & write_is_open & ~wvalid)       ? {1'b0, w_wait[11:0]} + 13'd1      : 13'd0;
        orphan_wait <= (~rst & wvalid & ~write_is_open & ~awvalid) ? {1'b0, orphan_wait[11:0]} + 13'd1 : 13'd0;
    end

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

    wire read_4kib  = ar & (ar_end > 13'h1000);
    wire write_4kib = aw & (aw_end > 13'h1000);
    wire last_wrong = w & (wlast != write_beat_is_last);
    wire ar_moved   = ar_waits & (~arvalid | (araddr != ar_address) | (ar_rest_now != ar_rest));
    wire aw_moved   = aw_waits & (~awvalid | (awaddr != aw_address) | (aw_rest_now != aw_rest));
    wire w_moved    = w_waits & (~wvalid | (wdata != w_data) | (w_rest_now != w_rest));
    wire read_type  = ar & (arburst != INCR);
    wire write_type = aw & (awburst != INCR);
    wire read_size  = ar & (arsize != SIZE);
    wire write_size = aw & (awsize != SIZE);
    wire strobe     = w & write_beat_is_first & ((wstrb & below_start) != 0);

    wire lite_r_moved   = lite_r_waits & (~lite_rvalid | (lite_r_now != lite_r_kept));
    wire lite_b_moved   = lite_b_waits & (~lite_bvalid | (lite_bresp != lite_b_kept));
    wire lite_r_unasked = lite_rvalid & ~lite_read_asked & ~(lite_arvalid & lite_arready);
    wire lite_b_unasked = lite_bvalid & ~((lite_address_asked | (lite_awvalid & lite_awready))
                                        & (lite_data_asked | (lite_wvalid & lite_wready)));

    assign broken = rst ? 24'd0
                  : ({23'd0, read_4kib}               << `HILT_RULE_AXI_READ_4KIB)
                  | ({23'd0, write_4kib}              << `HILT_RULE_AXI_WRITE_4KIB)
                  | ({23'd0, last_wrong}              << `HILT_RULE_AXI_WLAST)
                  | ({23'd0, ar_moved}                << `HILT_RULE_AXI_AR_STABLE)
                  | ({23'd0, aw_moved}                << `HILT_RULE_AXI_AW_STABLE)
                  | ({23'd0, w_moved}                 << `HILT_RULE_AXI_W_STABLE)
                  | ({23'd0, read_type | write_type}  << `HILT_RULE_AXI_BURST_TYPE)
                  | ({23'd0, read_size | write_size}  << `HILT_RULE_AXI_SIZE)
                  | ({23'd0, strobe}                  << `HILT_RULE_AXI_STROBE)
                  | ({23'd0, reset_broken}            << `HILT_RULE_AXI_RESET)
                  | ({23'd0, r_wait[12]}              << `HILT_RULE_AXI_R_WAITS)
                  | ({23'd0, b_wait[12]}              << `HILT_RULE_AXI_B_WAITS)
                  | ({23'd0, w_wait[12]}              << `HILT_RULE_AXI_W_MISSING)
                  | ({23'd0, orphan_wait[12]}         << `HILT_RULE_AXI_W_ORPHAN)
                  | ({23'd0, lite_r_moved}            << `HILT_RULE_LITE_R_STABLE)
                  | ({23'd0, lite_b_moved}            << `HILT_RULE_LITE_B_STABLE)
                  | ({23'd0, lite_r_unasked}          << `HILT_RULE_LITE_R_UNASKED)
                  | ({23'd0, lite_b_unasked}          << `HILT_RULE_LITE_B_UNASKED);

    assign broken_address = (read_4kib | read_type | read_size)    ? araddr
                          : (write_4kib | write_type | write_size) ? awaddr
                          : ar_moved                               ? ar_address
                          : aw_moved                               ? aw_address
                          :                                          write_beat_address;
endmodule

`default_nettype wire
