// Watches the device's AXI4 master and tells which protocol rules it breaks in a cycle. Purely observing.
// The rules and their bits are in src/spec/protocol-rules.ts.
`default_nettype none
`include "protocol_rules.vh"

module harness_rules (
    input  wire        clk,
    input  wire        rst,

    input  wire [63:0] araddr,
    input  wire [7:0]  arlen,
    input  wire [2:0]  arsize,
    input  wire [1:0]  arburst,
    input  wire        arvalid,
    input  wire        arready,
    input  wire [63:0] awaddr,
    input  wire [7:0]  awlen,
    input  wire [2:0]  awsize,
    input  wire [1:0]  awburst,
    input  wire        awvalid,
    input  wire        awready,
    input  wire [63:0] wdata,
    input  wire [7:0]  wstrb,
    input  wire        wlast,
    input  wire        wvalid,
    input  wire        wready,
    input  wire [63:0] write_beat_address,
    input  wire        write_beat_is_first,
    input  wire        write_beat_is_last,

    output wire [31:0] broken,
    // Of the burst or beat that broke the first of them.
    output wire [63:0] broken_address
);
    localparam [2:0] SIZE_8_BYTES = 3'd3;
    localparam [1:0] INCR         = 2'b01;

    wire ar = arvalid & arready;
    wire aw = awvalid & awready;
    wire w  = wvalid & wready;

    // Offset in the 4 KiB page of the byte behind the burst; bit 12 and something below it means that it crosses.
    wire [12:0] ar_end = {1'b0, araddr[11:3], 3'b000} + {2'b00, arlen, 3'b000} + 13'd8;
    wire [12:0] aw_end = {1'b0, awaddr[11:3], 3'b000} + {2'b00, awlen, 3'b000} + 13'd8;

    // ---- what was offered and not taken in the last cycle must be offered again
    reg        ar_waits;
    reg [63:0] ar_address;
    reg [12:0] ar_rest;
    reg        aw_waits;
    reg [63:0] aw_address;
    reg [12:0] aw_rest;
    reg        w_waits;
    reg [63:0] w_data;
    reg [8:0]  w_rest;

    wire [12:0] ar_rest_now = {arlen, arsize, arburst};
    wire [12:0] aw_rest_now = {awlen, awsize, awburst};
    wire [8:0]  w_rest_now  = {wlast, wstrb};

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
    wire [7:0] below_start = ~(8'hff << write_beat_address[2:0]);

    wire read_4kib  = ar & (ar_end > 13'h1000);
    wire write_4kib = aw & (aw_end > 13'h1000);
    wire last_wrong = w & (wlast != write_beat_is_last);
    wire ar_moved   = ar_waits & (~arvalid | (araddr != ar_address) | (ar_rest_now != ar_rest));
    wire aw_moved   = aw_waits & (~awvalid | (awaddr != aw_address) | (aw_rest_now != aw_rest));
    wire w_moved    = w_waits & (~wvalid | (wdata != w_data) | (w_rest_now != w_rest));
    wire read_type  = ar & (arburst != INCR);
    wire write_type = aw & (awburst != INCR);
    wire read_size  = ar & (arsize != SIZE_8_BYTES);
    wire write_size = aw & (awsize != SIZE_8_BYTES);
    wire strobe     = w & write_beat_is_first & ((wstrb & below_start) != 8'd0);

    assign broken = rst ? 32'd0
                  : ({31'd0, read_4kib}               << `HILT_RULE_AXI_READ_4KIB)
                  | ({31'd0, write_4kib}              << `HILT_RULE_AXI_WRITE_4KIB)
                  | ({31'd0, last_wrong}              << `HILT_RULE_AXI_WLAST)
                  | ({31'd0, ar_moved}                << `HILT_RULE_AXI_AR_STABLE)
                  | ({31'd0, aw_moved}                << `HILT_RULE_AXI_AW_STABLE)
                  | ({31'd0, w_moved}                 << `HILT_RULE_AXI_W_STABLE)
                  | ({31'd0, read_type | write_type}  << `HILT_RULE_AXI_BURST_TYPE)
                  | ({31'd0, read_size | write_size}  << `HILT_RULE_AXI_SIZE)
                  | ({31'd0, strobe}                  << `HILT_RULE_AXI_STROBE);

    assign broken_address = (read_4kib | read_type | read_size)    ? araddr
                          : (write_4kib | write_type | write_size) ? awaddr
                          : ar_moved                               ? ar_address
                          : aw_moved                               ? aw_address
                          :                                          write_beat_address;
endmodule

`default_nettype wire
