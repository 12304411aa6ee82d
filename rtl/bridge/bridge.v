// A device on a serial line: its registers, its reads and writes of host memory and its interrupt lines as messages of a
// reliable stream (docs/wire.md). The device is in reset until the host begins a session, and each session begins with
// its reset.
`default_nettype none

module bridge #(
    parameter        LINE_W      = 1,          // 1: a UART on rxd and txd; 9: {valid, byte}, a byte a cycle
    parameter [15:0] DIVIDER_256 = 1024,       // cycles of a bit times 256, at least 1024
    parameter [31:0] CLOCK_HZ    = 12000000,   // 20 to 160000000
    parameter        DATA_W      = 64,         // of the device's AXI4 port: 32 or 64
    parameter        ADDR_W      = 64,         // 32 to 64
    parameter        ID_W        = 2,          // 1 to 4
    parameter        IRQ_LINES   = 1,          // 1 to 8
    parameter        MTU         = 1024,       // 64 to 4096
    parameter        UP_LOG2     = 12,         // ring from the host, 7 to 13, at least an MTU
    parameter        DOWN_LOG2   = 12,         // ring to the host, 9 to 14, at least an MTU
    parameter        READ_LOG2   = 11,         // bytes of host memory that may be asked for, 9 to 14
    parameter        REGISTER_ADDRESS_W = 16,  // 2 to 32; told to the host
    parameter [31:0] BUILD_HASH  = 32'h0
) (
    input  wire                clk,
    input  wire                rst,

    input  wire [LINE_W-1:0]   rxd,
    output wire [LINE_W-1:0]   txd,

    // Resets the device: before the first session, and at the beginning of each.
    output wire                device_rst,
    output wire                link_up,
    // Nothing is buffered or on its way: until the line moves, only time and the device change anything.
    output wire                idle,

    // The device's registers.
    output wire [31:0]         m_axil_awaddr,
    output wire                m_axil_awvalid,
    input  wire                m_axil_awready,
    output wire [31:0]         m_axil_wdata,
    output wire [3:0]          m_axil_wstrb,
    output wire                m_axil_wvalid,
    input  wire                m_axil_wready,
    input  wire [1:0]          m_axil_bresp,
    input  wire                m_axil_bvalid,
    output wire                m_axil_bready,
    output wire [31:0]         m_axil_araddr,
    output wire                m_axil_arvalid,
    input  wire                m_axil_arready,
    input  wire [31:0]         m_axil_rdata,
    input  wire [1:0]          m_axil_rresp,
    input  wire                m_axil_rvalid,
    output wire                m_axil_rready,

    // The device's way to host memory: INCR bursts of whole words.
    input  wire [ID_W-1:0]     s_axi_awid,
    input  wire [ADDR_W-1:0]   s_axi_awaddr,
    input  wire [7:0]          s_axi_awlen,
    input  wire                s_axi_awvalid,
    output wire                s_axi_awready,
    input  wire [DATA_W-1:0]   s_axi_wdata,
    input  wire [DATA_W/8-1:0] s_axi_wstrb,
    input  wire                s_axi_wlast,
    input  wire                s_axi_wvalid,
    output wire                s_axi_wready,
    output wire [ID_W-1:0]     s_axi_bid,
    output wire [1:0]          s_axi_bresp,
    output wire                s_axi_bvalid,
    input  wire                s_axi_bready,
    input  wire [ID_W-1:0]     s_axi_arid,
    input  wire [ADDR_W-1:0]   s_axi_araddr,
    input  wire [7:0]          s_axi_arlen,
    input  wire                s_axi_arvalid,
    output wire                s_axi_arready,
    output wire [ID_W-1:0]     s_axi_rid,
    output wire [DATA_W-1:0]   s_axi_rdata,
    output wire [1:0]          s_axi_rresp,
    output wire                s_axi_rlast,
    output wire                s_axi_rvalid,
    input  wire                s_axi_rready,

    input  wire [IRQ_LINES-1:0] irq
);
    localparam [31:0] UP_BYTES   = 1 << UP_LOG2;
    localparam [31:0] DOWN_BYTES = 1 << DOWN_LOG2;
    localparam [31:0] READ_BYTES = 1 << READ_LOG2;

    generate
        if ((LINE_W != 1) & (LINE_W != 9)) begin : refuse_line_w
            LINE_W_must_be_1_or_9 refused();
        end
        if (DIVIDER_256 < 1024) begin : refuse_divider_256
            DIVIDER_256_must_be_at_least_1024 refused();
        end
        if ((CLOCK_HZ < 20) | (CLOCK_HZ > 160000000)) begin : refuse_clock_hz
            CLOCK_HZ_must_be_20_to_160000000 refused();
        end
        if ((DATA_W != 32) & (DATA_W != 64)) begin : refuse_data_w
            DATA_W_must_be_32_or_64 refused();
        end
        if ((ADDR_W < 32) | (ADDR_W > 64)) begin : refuse_addr_w
            ADDR_W_must_be_32_to_64 refused();
        end
        if ((ID_W < 1) | (ID_W > 4)) begin : refuse_id_w
            ID_W_must_be_1_to_4 refused();
        end
        if ((IRQ_LINES < 1) | (IRQ_LINES > 8)) begin : refuse_irq_lines
            IRQ_LINES_must_be_1_to_8 refused();
        end
        if ((MTU < 64) | (MTU > 4096) | (MTU > UP_BYTES) | (MTU > DOWN_BYTES)) begin : refuse_mtu
            MTU_must_be_64_to_4096_and_fit_the_rings refused();
        end
        if ((UP_LOG2 < 7) | (UP_LOG2 > 13)) begin : refuse_up_log2
            UP_LOG2_must_be_7_to_13 refused();
        end
        if ((DOWN_LOG2 < 9) | (DOWN_LOG2 > 14)) begin : refuse_down_log2
            DOWN_LOG2_must_be_9_to_14 refused();
        end
        if ((READ_LOG2 < 9) | (READ_LOG2 > 14)) begin : refuse_read_log2
            READ_LOG2_must_be_9_to_14 refused();
        end
        if ((REGISTER_ADDRESS_W < 2) | (REGISTER_ADDRESS_W > 32)) begin : refuse_register_address_w
            REGISTER_ADDRESS_W_must_be_2_to_32 refused();
        end
    endgenerate

    // ---- the line
    wire       rx_valid;
    wire [7:0] rx_data;
    wire       tx_valid;
    wire       tx_ready;
    wire [7:0] tx_data;
    wire       line_idle;

    bridge_line #(.LINE_W(LINE_W), .DIVIDER_256(DIVIDER_256)) line (
        .clk(clk),
        .rst(rst),
        .rxd(rxd),
        .txd(txd),
        .rx_valid(rx_valid),
        .rx_data(rx_data),
        .tx_valid(tx_valid),
        .tx_ready(tx_ready),
        .tx_data(tx_data),
        .idle(line_idle)
    );

    // ---- the session
    wire       open;
    wire       tick;
    wire       refuse;
    wire       up_valid;
    wire       up_ready;
    wire [7:0] up_data;
    wire       down_valid;
    wire       down_ready;
    wire [7:0] down_data;
    wire       down_hold;
    wire [1:0] down_mark;
    wire [1:0] down_patch;
    wire       down_full;
    wire [4:0] identity_index;
    wire [1:0] reason;
    wire       link_idle;

    link #(
        .MTU(MTU),
        .UP_LOG2(UP_LOG2),
        .DOWN_LOG2(DOWN_LOG2),
        .TICK_CYCLES(CLOCK_HZ / 10)
    ) link (
        .clk(clk),
        .rst(rst),
        .rx_valid(rx_valid),
        .rx_data(rx_data),
        .tx_valid(tx_valid),
        .tx_ready(tx_ready),
        .tx_data(tx_data),
        .open(open),
        .refuse(refuse),
        .tick(tick),
        .up_valid(up_valid),
        .up_ready(up_ready),
        .up_data(up_data),
        .down_valid(down_valid),
        .down_ready(down_ready),
        .down_data(down_data),
        .down_hold(down_hold),
        .down_mark(down_mark),
        .down_patch(down_patch),
        .down_full(down_full),
        .identity_index(identity_index),
        .identity_data(identity[8*identity_index +: 8]),
        .reason(reason),
        .idle(link_idle)
    );

    // From the last byte to the first.
    wire [255:0] identity = {
        32'd0,
        8'd0,
        6'd0, reason,
        READ_BYTES[15:0],
        BUILD_HASH,
        CLOCK_HZ,
        DOWN_BYTES[15:0],
        UP_BYTES[15:0],
        MTU[15:0],
        IRQ_LINES[7:0],
        REGISTER_ADDRESS_W[7:0],
        ADDR_W[7:0],
        DATA_W[7:0],
        8'd32,
        8'd1,
        32'h544c4948
    };

    wire session_rst = ~open;
    assign device_rst = session_rst;
    assign link_up    = open;

    // ---- messages from the host
    wire              access_valid;
    wire              access_is_fence;
    wire              access_is_write;
    wire [31:0]       access_address;
    wire [31:0]       access_data;
    wire [7:0]        fence_mark;
    wire              access_frozen;
    wire              access_done;
    wire              read_push;
    wire [DATA_W-1:0] read_data;
    wire [1:0]        read_status;
    wire              read_awaited;
    wire              write_push;
    wire [1:0]        write_status;
    wire              write_awaited;

    bridge_parser #(.DATA_W(DATA_W), .ADDRESS_W(REGISTER_ADDRESS_W)) parser (
        .clk(clk),
        .rst(session_rst),
        .up_valid(up_valid),
        .up_ready(up_ready),
        .up_data(up_data),
        .refuse(refuse),
        .access_valid(access_valid),
        .access_is_fence(access_is_fence),
        .access_is_write(access_is_write),
        .access_address(access_address),
        .access_data(access_data),
        .fence_mark(fence_mark),
        .access_frozen(access_frozen),
        .access_done(access_done),
        .read_push(read_push),
        .read_data(read_data),
        .read_status(read_status),
        .read_awaited(read_awaited),
        .write_push(write_push),
        .write_status(write_status),
        .write_awaited(write_awaited)
    );

    // ---- messages to the host, the most urgent first
    localparam ANSWER = 0, INTERRUPT = 1, READ = 2, WRITE = 3;
    wire [3:0]  source_valid;
    wire [3:0]  source_ready;
    wire [31:0] source_data;
    wire [3:0]  source_last;

    bridge_registers registers (
        .clk(clk),
        .rst(session_rst),
        .tick(tick),
        .access_valid(access_valid),
        .access_is_fence(access_is_fence),
        .access_is_write(access_is_write),
        .access_address(access_address),
        .access_data(access_data),
        .fence_mark(fence_mark),
        .frozen(access_frozen),
        .access_done(access_done),
        .out_valid(source_valid[ANSWER]),
        .out_ready(source_ready[ANSWER]),
        .out_data(source_data[8*ANSWER +: 8]),
        .out_last(source_last[ANSWER]),
        .m_axil_awaddr(m_axil_awaddr),
        .m_axil_awvalid(m_axil_awvalid),
        .m_axil_awready(m_axil_awready),
        .m_axil_wdata(m_axil_wdata),
        .m_axil_wstrb(m_axil_wstrb),
        .m_axil_wvalid(m_axil_wvalid),
        .m_axil_wready(m_axil_wready),
        .m_axil_bresp(m_axil_bresp),
        .m_axil_bvalid(m_axil_bvalid),
        .m_axil_bready(m_axil_bready),
        .m_axil_araddr(m_axil_araddr),
        .m_axil_arvalid(m_axil_arvalid),
        .m_axil_arready(m_axil_arready),
        .m_axil_rdata(m_axil_rdata),
        .m_axil_rresp(m_axil_rresp),
        .m_axil_rvalid(m_axil_rvalid),
        .m_axil_rready(m_axil_rready)
    );

    bridge_interrupts #(.LINES(IRQ_LINES)) interrupts (
        .clk(clk),
        .rst(session_rst),
        .irq(irq),
        .out_valid(source_valid[INTERRUPT]),
        .out_ready(source_ready[INTERRUPT]),
        .out_data(source_data[8*INTERRUPT +: 8]),
        .out_last(source_last[INTERRUPT])
    );

    wire reads_idle;
    bridge_reads #(
        .DATA_W(DATA_W),
        .ADDR_W(ADDR_W),
        .ID_W(ID_W),
        .ROOM_LOG2(READ_LOG2)
    ) reads (
        .clk(clk),
        .rst(session_rst),
        .s_axi_arid(s_axi_arid),
        .s_axi_araddr(s_axi_araddr),
        .s_axi_arlen(s_axi_arlen),
        .s_axi_arvalid(s_axi_arvalid),
        .s_axi_arready(s_axi_arready),
        .s_axi_rid(s_axi_rid),
        .s_axi_rdata(s_axi_rdata),
        .s_axi_rresp(s_axi_rresp),
        .s_axi_rlast(s_axi_rlast),
        .s_axi_rvalid(s_axi_rvalid),
        .s_axi_rready(s_axi_rready),
        .out_valid(source_valid[READ]),
        .out_ready(source_ready[READ]),
        .out_data(source_data[8*READ +: 8]),
        .out_last(source_last[READ]),
        .push(read_push),
        .push_data(read_data),
        .push_status(read_status),
        .awaited(read_awaited),
        .idle(reads_idle)
    );

    wire writes_idle;
    bridge_writes #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .ID_W(ID_W)) writes (
        .clk(clk),
        .rst(session_rst),
        .s_axi_awid(s_axi_awid),
        .s_axi_awaddr(s_axi_awaddr),
        .s_axi_awvalid(s_axi_awvalid),
        .s_axi_awready(s_axi_awready),
        .s_axi_wdata(s_axi_wdata),
        .s_axi_wstrb(s_axi_wstrb),
        .s_axi_wlast(s_axi_wlast),
        .s_axi_wvalid(s_axi_wvalid),
        .s_axi_wready(s_axi_wready),
        .s_axi_bid(s_axi_bid),
        .s_axi_bresp(s_axi_bresp),
        .s_axi_bvalid(s_axi_bvalid),
        .s_axi_bready(s_axi_bready),
        .full(down_full),
        .urgent(source_valid[ANSWER] | source_valid[INTERRUPT]),
        .out_valid(source_valid[WRITE]),
        .out_ready(source_ready[WRITE]),
        .out_data(source_data[8*WRITE +: 8]),
        .out_last(source_last[WRITE]),
        .out_hold(down_hold),
        .out_mark(down_mark),
        .out_patch(down_patch),
        .push(write_push),
        .push_status(write_status),
        .awaited(write_awaited),
        .idle(writes_idle)
    );

    bridge_mux mux (
        .clk(clk),
        .rst(session_rst),
        .in_valid(source_valid),
        .in_ready(source_ready),
        .in_data(source_data),
        .in_last(source_last),
        .out_valid(down_valid),
        .out_ready(down_ready | (down_patch != 2'd0)),
        .out_data(down_data)
    );

    assign idle = line_idle & link_idle & ~access_valid & (source_valid == 4'd0) & reads_idle & writes_idle;

    wire unused = &{1'b0, s_axi_awlen};
endmodule

`default_nettype wire
