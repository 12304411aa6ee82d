// The hilt DMA controller: AXI4-Lite registers, an AXI4 master to host memory, memory of its own on the card, and an
// interrupt line. The register map is src/spec (docs/registers.md).
//
// Payload of the h2c channel comes over AR and R, payload of the c2h channel goes over AW, W and B, so the two share
// nothing but the card's memory, which has a port for each. Descriptors and completion records of both join them in
// `read_mux` and `write_mux` under IDs of their own (0 payload, 1 h2c ring, 2 c2h ring).
`default_nettype none

module dma #(
    parameter        DATA_W           = 64, // 32 or 64
    parameter        ADDR_W           = 64, // 32 to 64
    parameter        CARD_BYTES_LOG2  = 17, // 12 to 30
    parameter        BURST_BYTES_LOG2 = 11, // 2 to 256 beats: 4 to 11 at 64 bits of data, 3 to 10 at 32
    parameter        OUTSTANDING      = 16, // bursts in flight per channel, 1 to 255
    // Features that a small build may leave out; COMPACT, COMPLETIONS and COALESCING are parts of RINGS.
    parameter        RINGS            = 1,
    parameter        COMPACT          = 1,
    parameter        COMPLETIONS      = 1,
    parameter        COALESCING       = 1,
    parameter        RING_ENTRIES_LOG2 = 16, // 1 to 16
    parameter [31:0] BUILD_HASH       = 32'h0
) (
    input  wire                clk,
    input  wire                rst,

    input  wire [31:0]         s_axil_awaddr,
    input  wire [2:0]          s_axil_awprot,
    input  wire                s_axil_awvalid,
    output wire                s_axil_awready,
    input  wire [31:0]         s_axil_wdata,
    input  wire [3:0]          s_axil_wstrb,
    input  wire                s_axil_wvalid,
    output wire                s_axil_wready,
    output wire [1:0]          s_axil_bresp,
    output wire                s_axil_bvalid,
    input  wire                s_axil_bready,
    input  wire [31:0]         s_axil_araddr,
    input  wire [2:0]          s_axil_arprot,
    input  wire                s_axil_arvalid,
    output wire                s_axil_arready,
    output wire [31:0]         s_axil_rdata,
    output wire [1:0]          s_axil_rresp,
    output wire                s_axil_rvalid,
    input  wire                s_axil_rready,

    output wire [1:0]          m_axi_awid,
    output wire [ADDR_W-1:0]   m_axi_awaddr,
    output wire [7:0]          m_axi_awlen,
    output wire [2:0]          m_axi_awsize,
    output wire [1:0]          m_axi_awburst,
    output wire [3:0]          m_axi_awcache,
    output wire [2:0]          m_axi_awprot,
    output wire                m_axi_awvalid,
    input  wire                m_axi_awready,
    output wire [DATA_W-1:0]   m_axi_wdata,
    output wire [DATA_W/8-1:0] m_axi_wstrb,
    output wire                m_axi_wlast,
    output wire                m_axi_wvalid,
    input  wire                m_axi_wready,
    input  wire [1:0]          m_axi_bid,
    input  wire [1:0]          m_axi_bresp,
    input  wire                m_axi_bvalid,
    output wire                m_axi_bready,
    output wire [1:0]          m_axi_arid,
    output wire [ADDR_W-1:0]   m_axi_araddr,
    output wire [7:0]          m_axi_arlen,
    output wire [2:0]          m_axi_arsize,
    output wire [1:0]          m_axi_arburst,
    output wire [3:0]          m_axi_arcache,
    output wire [2:0]          m_axi_arprot,
    output wire                m_axi_arvalid,
    input  wire                m_axi_arready,
    input  wire [1:0]          m_axi_rid,
    input  wire [DATA_W-1:0]   m_axi_rdata,
    input  wire [1:0]          m_axi_rresp,
    input  wire                m_axi_rlast,
    input  wire                m_axi_rvalid,
    output wire                m_axi_rready,

    output wire                irq
);
    localparam       WORD_BYTES_LOG2 = (DATA_W == 64) ? 3 : 2;
    localparam [1:0] INCR            = 2'b01;
    // Bufferable and modifiable: an interconnect may merge and resize what goes to memory (Arm IHI 0022, A4.4).
    localparam [3:0] CACHE           = 4'b0011;
    // Unprivileged, secure, data (Arm IHI 0022, A4.7).
    localparam [2:0] PROT            = 3'b000;

    // The modules inside get a legal size, so that tools report the refusal and not what follows from it.
    localparam       BURST_LOG2      = (BURST_BYTES_LOG2 > WORD_BYTES_LOG2) ? BURST_BYTES_LOG2 : WORD_BYTES_LOG2 + 1;

    generate
        if ((DATA_W != 32) & (DATA_W != 64)) begin : refuse_data_w
            DATA_W_must_be_32_or_64 refused();
        end
        if ((ADDR_W < 32) | (ADDR_W > 64)) begin : refuse_addr_w
            ADDR_W_must_be_32_to_64 refused();
        end
        if ((CARD_BYTES_LOG2 < 12) | (CARD_BYTES_LOG2 > 30)) begin : refuse_card_bytes_log2
            CARD_BYTES_LOG2_must_be_12_to_30 refused();
        end
        if ((BURST_BYTES_LOG2 <= WORD_BYTES_LOG2) | (BURST_BYTES_LOG2 > WORD_BYTES_LOG2 + 8)) begin : refuse_burst_bytes_log2
            BURST_BYTES_LOG2_must_be_of_2_to_256_beats refused();
        end
        if ((OUTSTANDING < 1) | (OUTSTANDING > 255)) begin : refuse_outstanding
            OUTSTANDING_must_be_1_to_255 refused();
        end
        if ((RING_ENTRIES_LOG2 < 1) | (RING_ENTRIES_LOG2 > 16)) begin : refuse_ring_entries_log2
            RING_ENTRIES_LOG2_must_be_1_to_16 refused();
        end
    endgenerate

    assign m_axi_awsize  = WORD_BYTES_LOG2[2:0];
    assign m_axi_awburst = INCR;
    assign m_axi_awcache = CACHE;
    assign m_axi_awprot  = PROT;
    assign m_axi_arsize  = WORD_BYTES_LOG2[2:0];
    assign m_axi_arburst = INCR;
    assign m_axi_arcache = CACHE;
    assign m_axi_arprot  = PROT;

    wire                       bus_master;
    wire                       quiesce;
    wire                       channel_reset;
    wire                       h2c_write;
    wire                       c2h_write;
    wire [7:0]                 channel_address;
    wire [31:0]                channel_write_data;
    wire [31:0]                channel_write_mask;
    wire [7:0]                 channel_read_address;
    wire [31:0]                h2c_read_data;
    wire [31:0]                c2h_read_data;
    wire                       h2c_done_event;
    wire                       h2c_error_event;
    wire                       c2h_done_event;
    wire                       c2h_error_event;

    wire                       h2c_start;
    wire                       h2c_abort;
    wire [ADDR_W-1:0]          h2c_host_address;
    wire [CARD_BYTES_LOG2-1:0] h2c_card_address;
    wire [CARD_BYTES_LOG2:0]   h2c_length;
    wire                       h2c_finished;
    wire [3:0]                 h2c_error_kind;
    wire [ADDR_W-1:0]          h2c_error_address;
    wire [CARD_BYTES_LOG2:0]   h2c_residue;
    wire                       h2c_busy;

    wire                       c2h_start;
    wire                       c2h_abort;
    wire [ADDR_W-1:0]          c2h_host_address;
    wire [CARD_BYTES_LOG2-1:0] c2h_card_address;
    wire [CARD_BYTES_LOG2:0]   c2h_length;
    wire                       c2h_finished;
    wire [3:0]                 c2h_error_kind;
    wire [ADDR_W-1:0]          c2h_error_address;
    wire [CARD_BYTES_LOG2:0]   c2h_residue;
    wire                       c2h_busy;

    // Of the three masters, by ID.
    wire [2:0]                 read_valid;
    wire [2:0]                 read_ready;
    wire [3*ADDR_W-1:0]        read_address;
    wire [3*8-1:0]             read_len;
    wire [2:0]                 write_valid;
    wire [2:0]                 write_ready;
    wire [3*ADDR_W-1:0]        write_address;
    wire [3*8-1:0]             write_len;
    wire [2:0]                 data_valid;
    wire [2:0]                 data_ready;
    wire [3*DATA_W-1:0]        data;
    wire [DATA_W/8-1:0]        data_strobe;
    wire [2:0]                 data_last;

    wire                       card_write;
    wire [CARD_BYTES_LOG2-1:0] card_write_address;
    wire [DATA_W/8-1:0]        card_write_strobe;
    wire [DATA_W-1:0]          card_write_data;
    wire                       card_read;
    wire [CARD_BYTES_LOG2-1:0] card_read_address;
    wire [DATA_W-1:0]          card_read_data;

    dma_registers #(
        .ADDR_W(ADDR_W),
        .CARD_BYTES_LOG2(CARD_BYTES_LOG2),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2),
        .BURST_BYTES_LOG2(BURST_LOG2),
        .OUTSTANDING(OUTSTANDING),
        .RINGS(RINGS),
        .COMPACT(COMPACT),
        .COMPLETIONS(COMPLETIONS),
        .COALESCING(COALESCING),
        .RING_ENTRIES_LOG2(RING_ENTRIES_LOG2),
        .BUILD_HASH(BUILD_HASH)
    ) registers (
        .clk(clk),
        .rst(rst),
        .s_axil_awaddr(s_axil_awaddr),
        .s_axil_awvalid(s_axil_awvalid),
        .s_axil_awready(s_axil_awready),
        .s_axil_wdata(s_axil_wdata),
        .s_axil_wstrb(s_axil_wstrb),
        .s_axil_wvalid(s_axil_wvalid),
        .s_axil_wready(s_axil_wready),
        .s_axil_bresp(s_axil_bresp),
        .s_axil_bvalid(s_axil_bvalid),
        .s_axil_bready(s_axil_bready),
        .s_axil_araddr(s_axil_araddr),
        .s_axil_arvalid(s_axil_arvalid),
        .s_axil_arready(s_axil_arready),
        .s_axil_rdata(s_axil_rdata),
        .s_axil_rresp(s_axil_rresp),
        .s_axil_rvalid(s_axil_rvalid),
        .s_axil_rready(s_axil_rready),
        .h2c_write(h2c_write),
        .c2h_write(c2h_write),
        .channel_address(channel_address),
        .channel_write_data(channel_write_data),
        .channel_write_mask(channel_write_mask),
        .channel_read_address(channel_read_address),
        .h2c_read_data(h2c_read_data),
        .c2h_read_data(c2h_read_data),
        .bus_master(bus_master),
        .quiesce(quiesce),
        .channels_busy(h2c_busy | c2h_busy),
        .channel_reset(channel_reset),
        .h2c_done_event(h2c_done_event),
        .h2c_error_event(h2c_error_event),
        .c2h_done_event(c2h_done_event),
        .c2h_error_event(c2h_error_event),
        .irq(irq)
    );

    dma_channel #(
        .ADDR_W(ADDR_W),
        .CARD_BYTES_LOG2(CARD_BYTES_LOG2),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2),
        .RINGS(RINGS),
        .COMPACT(COMPACT),
        .COMPLETIONS(COMPLETIONS),
        .COALESCING(COALESCING),
        .RING_ENTRIES_LOG2(RING_ENTRIES_LOG2),
        .IS_WRITE(0)
    ) h2c_channel (
        .clk(clk),
        .rst(channel_reset),
        .write(h2c_write),
        .address(channel_address),
        .write_data(channel_write_data),
        .write_mask(channel_write_mask),
        .read_address(channel_read_address),
        .read_data(h2c_read_data),
        .bus_master(bus_master),
        .done_event(h2c_done_event),
        .error_event(h2c_error_event),
        .start(h2c_start),
        .abort(h2c_abort),
        .host_address(h2c_host_address),
        .card_address(h2c_card_address),
        .length(h2c_length),
        .finished(h2c_finished),
        .error_kind(h2c_error_kind),
        .error_address(h2c_error_address),
        .residue(h2c_residue),
        .quiesce(quiesce),
        .busy(h2c_busy),
        .arvalid(read_valid[1]),
        .arready(read_ready[1]),
        .araddr(read_address[1*ADDR_W +: ADDR_W]),
        .arlen(read_len[1*8 +: 8]),
        .rvalid(m_axi_rvalid & (m_axi_rid == 2'd1)),
        .rdata(m_axi_rdata),
        .rresp(m_axi_rresp),
        .rlast(m_axi_rlast),
        .awvalid(write_valid[1]),
        .awready(write_ready[1]),
        .awaddr(write_address[1*ADDR_W +: ADDR_W]),
        .awlen(write_len[1*8 +: 8]),
        .wvalid(data_valid[1]),
        .wready(data_ready[1]),
        .wdata(data[1*DATA_W +: DATA_W]),
        .wlast(data_last[1]),
        .bvalid(m_axi_bvalid & (m_axi_bid == 2'd1)),
        .bresp(m_axi_bresp)
    );

    dma_channel #(
        .ADDR_W(ADDR_W),
        .CARD_BYTES_LOG2(CARD_BYTES_LOG2),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2),
        .RINGS(RINGS),
        .COMPACT(COMPACT),
        .COMPLETIONS(COMPLETIONS),
        .COALESCING(COALESCING),
        .RING_ENTRIES_LOG2(RING_ENTRIES_LOG2),
        .IS_WRITE(1)
    ) c2h_channel (
        .clk(clk),
        .rst(channel_reset),
        .write(c2h_write),
        .address(channel_address),
        .write_data(channel_write_data),
        .write_mask(channel_write_mask),
        .read_address(channel_read_address),
        .read_data(c2h_read_data),
        .bus_master(bus_master),
        .done_event(c2h_done_event),
        .error_event(c2h_error_event),
        .start(c2h_start),
        .abort(c2h_abort),
        .host_address(c2h_host_address),
        .card_address(c2h_card_address),
        .length(c2h_length),
        .finished(c2h_finished),
        .error_kind(c2h_error_kind),
        .error_address(c2h_error_address),
        .residue(c2h_residue),
        .quiesce(quiesce),
        .busy(c2h_busy),
        .arvalid(read_valid[2]),
        .arready(read_ready[2]),
        .araddr(read_address[2*ADDR_W +: ADDR_W]),
        .arlen(read_len[2*8 +: 8]),
        .rvalid(m_axi_rvalid & (m_axi_rid == 2'd2)),
        .rdata(m_axi_rdata),
        .rresp(m_axi_rresp),
        .rlast(m_axi_rlast),
        .awvalid(write_valid[2]),
        .awready(write_ready[2]),
        .awaddr(write_address[2*ADDR_W +: ADDR_W]),
        .awlen(write_len[2*8 +: 8]),
        .wvalid(data_valid[2]),
        .wready(data_ready[2]),
        .wdata(data[2*DATA_W +: DATA_W]),
        .wlast(data_last[2]),
        .bvalid(m_axi_bvalid & (m_axi_bid == 2'd2)),
        .bresp(m_axi_bresp)
    );

    dma_h2c #(
        .ADDR_W(ADDR_W),
        .CARD_BYTES_LOG2(CARD_BYTES_LOG2),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2),
        .BURST_BYTES_LOG2(BURST_LOG2),
        .OUTSTANDING(OUTSTANDING)
    ) h2c (
        .clk(clk),
        .rst(rst),
        .start(h2c_start),
        .abort(h2c_abort),
        .host_address(h2c_host_address),
        .card_address(h2c_card_address),
        .length(h2c_length),
        .finished(h2c_finished),
        .error_kind(h2c_error_kind),
        .error_address(h2c_error_address),
        .residue(h2c_residue),
        .arvalid(read_valid[0]),
        .arready(read_ready[0]),
        .araddr(read_address[0 +: ADDR_W]),
        .arlen(read_len[0 +: 8]),
        .rvalid(m_axi_rvalid & (m_axi_rid == 2'd0)),
        .rdata(m_axi_rdata),
        .rresp(m_axi_rresp),
        .rlast(m_axi_rlast),
        .card_write(card_write),
        .card_write_address(card_write_address),
        .card_write_strobe(card_write_strobe),
        .card_write_data(card_write_data)
    );

    dma_c2h #(
        .ADDR_W(ADDR_W),
        .CARD_BYTES_LOG2(CARD_BYTES_LOG2),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2),
        .BURST_BYTES_LOG2(BURST_LOG2),
        .OUTSTANDING(OUTSTANDING)
    ) c2h (
        .clk(clk),
        .rst(rst),
        .start(c2h_start),
        .abort(c2h_abort),
        .host_address(c2h_host_address),
        .card_address(c2h_card_address),
        .length(c2h_length),
        .finished(c2h_finished),
        .error_kind(c2h_error_kind),
        .error_address(c2h_error_address),
        .residue(c2h_residue),
        .awvalid(write_valid[0]),
        .awready(write_ready[0]),
        .awaddr(write_address[0 +: ADDR_W]),
        .awlen(write_len[0 +: 8]),
        .wvalid(data_valid[0]),
        .wready(data_ready[0]),
        .wdata(data[0 +: DATA_W]),
        .wstrb(data_strobe),
        .wlast(data_last[0]),
        .bvalid(m_axi_bvalid & (m_axi_bid == 2'd0)),
        .bresp(m_axi_bresp),
        .card_read(card_read),
        .card_read_address(card_read_address),
        .card_read_data(card_read_data)
    );

    // Every master reserves room before it asks, so nothing that was asked for ever waits here.
    assign m_axi_rready = 1'b1;
    assign m_axi_bready = 1'b1;

    dma_read_mux #(.ADDR_W(ADDR_W), .MASTERS(3)) read_mux (
        .clk(clk),
        .rst(rst),
        .arvalid(read_valid),
        .arready(read_ready),
        .araddr(read_address),
        .arlen(read_len),
        .m_arvalid(m_axi_arvalid),
        .m_arready(m_axi_arready),
        .m_arid(m_axi_arid),
        .m_araddr(m_axi_araddr),
        .m_arlen(m_axi_arlen)
    );

    dma_write_mux #(
        .ADDR_W(ADDR_W),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2),
        .MASTERS(3)
    ) write_mux (
        .clk(clk),
        .rst(rst),
        .awvalid(write_valid),
        .awready(write_ready),
        .awaddr(write_address),
        .awlen(write_len),
        .wvalid(data_valid),
        .wready(data_ready),
        .wdata(data),
        .wstrb({{(2*DATA_W/8){1'b1}}, data_strobe}),
        .wlast(data_last),
        .m_awvalid(m_axi_awvalid),
        .m_awready(m_axi_awready),
        .m_awid(m_axi_awid),
        .m_awaddr(m_axi_awaddr),
        .m_awlen(m_axi_awlen),
        .m_wvalid(m_axi_wvalid),
        .m_wready(m_axi_wready),
        .m_wdata(m_axi_wdata),
        .m_wstrb(m_axi_wstrb),
        .m_wlast(m_axi_wlast)
    );

    card_memory #(
        .BYTES_LOG2(CARD_BYTES_LOG2),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2)
    ) card (
        .clk(clk),
        .write_enable(card_write),
        .write_address(card_write_address),
        .write_strobe(card_write_strobe),
        .write_data(card_write_data),
        .read_enable(card_read),
        .read_address(card_read_address),
        .read_data(card_read_data)
    );

    wire unused = &{1'b0, s_axil_awprot, s_axil_arprot};
endmodule

`default_nettype wire
