// AXI4-Lite slave, the global registers, the interrupt line and the reset of everything else. The two channels' blocks are
// ports.
//
// Address and data of a write may come in any order. An address behind the map answers SLVERR; no read has a side effect.
`default_nettype none
`include "dma_spec.vh"

module dma_registers #(
    parameter        ADDR_W           = 64,
    parameter        CARD_BYTES_LOG2  = 17,
    parameter        WORD_BYTES_LOG2  = 3,
    parameter        BURST_BYTES_LOG2 = 11,
    parameter        OUTSTANDING      = 16,
    parameter        RINGS            = 1,
    parameter        COMPACT          = 1,
    parameter        COMPLETIONS      = 1,
    parameter        COALESCING       = 1,
    parameter        RING_ENTRIES_LOG2 = 16,
    parameter [31:0] BUILD_HASH       = 32'h0
) (
    input  wire        clk,
    input  wire        rst,

    input  wire [31:0] s_axil_awaddr,
    input  wire        s_axil_awvalid,
    output wire        s_axil_awready,
    input  wire [31:0] s_axil_wdata,
    input  wire [3:0]  s_axil_wstrb,
    input  wire        s_axil_wvalid,
    output wire        s_axil_wready,
    output reg  [1:0]  s_axil_bresp,
    output reg         s_axil_bvalid,
    input  wire        s_axil_bready,
    input  wire [31:0] s_axil_araddr,
    input  wire        s_axil_arvalid,
    output wire        s_axil_arready,
    output reg  [31:0] s_axil_rdata,
    output reg  [1:0]  s_axil_rresp,
    output reg         s_axil_rvalid,
    input  wire        s_axil_rready,

    output wire        h2c_write,
    output wire        c2h_write,
    output wire [7:0]  channel_address,
    output wire [31:0] channel_write_data,
    output wire [31:0] channel_write_mask,
    output wire [7:0]  channel_read_address,
    input  wire [31:0] h2c_read_data,
    input  wire [31:0] c2h_read_data,

    output wire        bus_master,
    // CONTROL.RESET: the channels end what they do; once none is busy, `channel_reset` pulses.
    output wire        quiesce,
    input  wire        channels_busy,
    output wire        channel_reset,
    input  wire        h2c_done_event,
    input  wire        h2c_error_event,
    input  wire        c2h_done_event,
    input  wire        c2h_error_event,
    // From a register: no glitch leaves the clock domain.
    output reg         irq
);
    localparam [1:0] OKAY   = 2'b00;
    localparam [1:0] SLVERR = 2'b10;

    // Bits of features that a build may lack come from its parameters.
    localparam [31:0] FEATURES = (1 << `HILT_GLOBAL_FEATURES_REGISTER_MODE_LSB)
                               | ((RINGS != 0 ? 1 : 0) << `HILT_GLOBAL_FEATURES_RINGS_LSB)
                               | ((RINGS != 0 && COMPACT != 0 ? 1 : 0) << `HILT_GLOBAL_FEATURES_COMPACT_LSB)
                               | ((RINGS != 0 && COMPLETIONS != 0 ? 1 : 0) << `HILT_GLOBAL_FEATURES_COMPLETIONS_LSB)
                               | ((RINGS != 0 && COALESCING != 0 ? 1 : 0) << `HILT_GLOBAL_FEATURES_COALESCING_LSB)
                               | (1 << `HILT_GLOBAL_FEATURES_ABORT_LSB)
                               | ((ADDR_W > 32 ? 1 : 0) << `HILT_GLOBAL_FEATURES_ADDRESS_64_LSB)
                               | (1 << `HILT_GLOBAL_FEATURES_UNALIGNED_LSB)
                               | (1 << `HILT_GLOBAL_FEATURES_CONCURRENT_LSB);
    localparam [31:0] LIMITS   = (WORD_BYTES_LOG2 << `HILT_GLOBAL_LIMITS_DATA_BYTES_LOG2_LSB)
                               | (BURST_BYTES_LOG2 << `HILT_GLOBAL_LIMITS_BURST_BYTES_LOG2_LSB)
                               | (OUTSTANDING << `HILT_GLOBAL_LIMITS_OUTSTANDING_LSB)
                               | ((RINGS != 0 ? RING_ENTRIES_LOG2 : 0) << `HILT_GLOBAL_LIMITS_RING_ENTRIES_LOG2_LSB)
                               | (ADDR_W << `HILT_GLOBAL_LIMITS_ADDRESS_BITS_LSB);

    // ---- writes: whichever of address and data comes first is kept
    reg         aw_kept;
    reg  [31:0] aw_address;
    reg         w_kept;
    reg  [31:0] w_data;
    reg  [3:0]  w_strobe;
    wire        b_blocked = s_axil_bvalid & ~s_axil_bready;
    wire        accept    = (aw_kept | s_axil_awvalid) & (w_kept | s_axil_wvalid) & ~b_blocked;
    wire [31:0] address   = aw_kept ? aw_address : s_axil_awaddr;
    wire [31:0] data      = w_kept ? w_data : s_axil_wdata;
    wire [3:0]  strobe    = w_kept ? w_strobe : s_axil_wstrb;
    wire [31:0] mask      = {{8{strobe[3]}}, {8{strobe[2]}}, {8{strobe[1]}}, {8{strobe[0]}}};
    wire [11:0] block     = {address[11:8], 8'd0};
    wire        in_map    = address < `HILT_REGISTER_SPACE_BYTES;
    wire        write     = accept & in_map;

    assign s_axil_awready = ~aw_kept;
    assign s_axil_wready  = ~w_kept;

    always @(posedge clk) begin
        if (rst) begin
            aw_kept       <= 1'b0;
            w_kept        <= 1'b0;
            s_axil_bvalid <= 1'b0;
        end else begin
            aw_kept       <= (aw_kept | s_axil_awvalid) & ~accept;
            w_kept        <= (w_kept | s_axil_wvalid) & ~accept;
            s_axil_bvalid <= accept | b_blocked;
        end
        if (~aw_kept) aw_address <= s_axil_awaddr;
        if (~w_kept) begin
            w_data   <= s_axil_wdata;
            w_strobe <= s_axil_wstrb;
        end
        if (accept) s_axil_bresp <= in_map ? OKAY : SLVERR;
    end

    assign channel_address    = {address[7:2], 2'b00};
    assign channel_write_data = data;
    assign channel_write_mask = mask;
    assign h2c_write          = write & (block == `HILT_BASE_H2C);
    assign c2h_write          = write & (block == `HILT_BASE_C2H);

    // ---- global registers
    reg [31:0] scratch;
    reg        bus_master_r;
    reg [31:0] irq_status;
    reg [31:0] irq_enable;
    reg        resetting;

    wire        global_write = write & (block == `HILT_BASE_GLOBAL);
    wire [11:0] offset       = {4'd0, address[7:2], 2'b00};
    wire        irq_test     = global_write & (offset == `HILT_GLOBAL_IRQ_TEST)
                             & mask[0] & data[`HILT_GLOBAL_IRQ_TEST_RAISE_LSB];
    wire [31:0] irq_clear    = (global_write & (offset == `HILT_GLOBAL_IRQ_STATUS)) ? data & mask : 32'd0;
    wire [31:0] irq_set      = ({31'd0, h2c_done_event}  << `HILT_GLOBAL_IRQ_STATUS_H2C_DONE_LSB)
                             | ({31'd0, h2c_error_event} << `HILT_GLOBAL_IRQ_STATUS_H2C_ERROR_LSB)
                             | ({31'd0, c2h_done_event}  << `HILT_GLOBAL_IRQ_STATUS_C2H_DONE_LSB)
                             | ({31'd0, c2h_error_event} << `HILT_GLOBAL_IRQ_STATUS_C2H_ERROR_LSB)
                             | ({31'd0, irq_test}        << `HILT_GLOBAL_IRQ_STATUS_TEST_LSB);

    assign bus_master    = bus_master_r;
    wire [31:0] irq_status_next = (irq_status & ~irq_clear) | irq_set;
    wire        enable_write    = global_write & (offset == `HILT_GLOBAL_IRQ_ENABLE);
    wire [31:0] irq_enable_next = enable_write ? (irq_enable & ~mask) | (data & mask) : irq_enable;

    assign quiesce       = resetting;
    assign channel_reset = rst | (resetting & ~channels_busy);

    always @(posedge clk) begin
        if (rst)
            resetting <= 1'b0;
        else if (resetting)
            resetting <= channels_busy;
        else if (global_write & (offset == `HILT_GLOBAL_CONTROL) & mask[0])
            resetting <= data[`HILT_GLOBAL_CONTROL_RESET_LSB];

        if (channel_reset) begin
            scratch      <= 0;
            bus_master_r <= 1'b0;
            irq_status   <= 0;
            irq_enable   <= 0;
            irq          <= 1'b0;
        end else begin
            irq_status <= irq_status_next;
            irq_enable <= irq_enable_next;
            irq        <= |(irq_status_next & irq_enable_next);
            if (global_write) begin
                case (offset)
                    `HILT_GLOBAL_SCRATCH:    scratch      <= (scratch & ~mask) | (data & mask);
                    `HILT_GLOBAL_CONTROL:    if (mask[0]) bus_master_r <= data[`HILT_GLOBAL_CONTROL_BUS_MASTER_LSB];
                    default: ;
                endcase
            end
        end
    end

    // ---- reads
    wire [11:0] read_block  = {s_axil_araddr[11:8], 8'd0};
    wire [11:0] read_offset = {4'd0, s_axil_araddr[7:2], 2'b00};
    reg  [31:0] global_read_data;

    assign s_axil_arready       = ~s_axil_rvalid;
    assign channel_read_address = read_offset[7:0];

    always @* begin
        case (read_offset)
            `HILT_GLOBAL_MAGIC:             global_read_data = `HILT_MAGIC;
            `HILT_GLOBAL_VERSION:           global_read_data = `HILT_VERSION;
            `HILT_GLOBAL_BUILD_HASH:        global_read_data = BUILD_HASH;
            `HILT_GLOBAL_FEATURES:          global_read_data = FEATURES;
            `HILT_GLOBAL_LIMITS:            global_read_data = LIMITS;
            `HILT_GLOBAL_CARD_MEMORY_BYTES: global_read_data = 32'd1 << CARD_BYTES_LOG2;
            `HILT_GLOBAL_SCRATCH:           global_read_data = scratch;
            `HILT_GLOBAL_CONTROL:           global_read_data = {30'd0, resetting, bus_master_r};
            `HILT_GLOBAL_IRQ_STATUS:        global_read_data = irq_status;
            `HILT_GLOBAL_IRQ_ENABLE:        global_read_data = irq_enable;
            default:                        global_read_data = 32'd0;
        endcase
    end

    always @(posedge clk) begin
        if (rst)
            s_axil_rvalid <= 1'b0;
        else
            s_axil_rvalid <= s_axil_rvalid ? ~s_axil_rready : s_axil_arvalid;

        if (s_axil_arvalid & s_axil_arready) begin
            s_axil_rresp <= (s_axil_araddr < `HILT_REGISTER_SPACE_BYTES) ? OKAY : SLVERR;
            s_axil_rdata <= (read_block == `HILT_BASE_GLOBAL) ? global_read_data
                          : (read_block == `HILT_BASE_H2C)    ? h2c_read_data
                          : (read_block == `HILT_BASE_C2H)    ? c2h_read_data
                          :                              32'd0;
        end
    end
endmodule

`default_nettype wire
