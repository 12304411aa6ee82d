// The hilt DMA controller: AXI4-Lite registers, an AXI4 master to host memory, memory of its own on the card, and an
// interrupt line. The register map is src/spec (docs/registers.md).
//
// The h2c channel uses only AR and R, the c2h channel only AW, W and B, so the two share nothing but the card's memory,
// which has a port for each.
`default_nettype none

module dma #(
    parameter        DATA_W           = 64, // 32 or 64
    parameter        ADDR_W           = 64, // 32 to 64
    parameter        CARD_BYTES_LOG2  = 17, // at least BURST_BYTES_LOG2 and 12
    parameter        BURST_BYTES_LOG2 = 11, // at most 12, and at most 256 beats
    parameter        OUTSTANDING      = 16, // bursts in flight per channel, at most 255
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

    output wire [0:0]          m_axi_awid,
    output wire [ADDR_W-1:0]   m_axi_awaddr,
    output wire [7:0]          m_axi_awlen,
    output wire [2:0]          m_axi_awsize,
    output wire [1:0]          m_axi_awburst,
    output wire [2:0]          m_axi_awprot,
    output wire                m_axi_awvalid,
    input  wire                m_axi_awready,
    output wire [DATA_W-1:0]   m_axi_wdata,
    output wire [DATA_W/8-1:0] m_axi_wstrb,
    output wire                m_axi_wlast,
    output wire                m_axi_wvalid,
    input  wire                m_axi_wready,
    input  wire [0:0]          m_axi_bid,
    input  wire [1:0]          m_axi_bresp,
    input  wire                m_axi_bvalid,
    output wire                m_axi_bready,
    output wire [0:0]          m_axi_arid,
    output wire [ADDR_W-1:0]   m_axi_araddr,
    output wire [7:0]          m_axi_arlen,
    output wire [2:0]          m_axi_arsize,
    output wire [1:0]          m_axi_arburst,
    output wire [2:0]          m_axi_arprot,
    output wire                m_axi_arvalid,
    input  wire                m_axi_arready,
    input  wire [0:0]          m_axi_rid,
    input  wire [DATA_W-1:0]   m_axi_rdata,
    input  wire [1:0]          m_axi_rresp,
    input  wire                m_axi_rlast,
    input  wire                m_axi_rvalid,
    output wire                m_axi_rready,

    output wire                irq
);
    localparam       WORD_BYTES_LOG2 = (DATA_W == 64) ? 3 : 2;
    localparam [1:0] INCR            = 2'b01;

    assign m_axi_awid    = 1'b0;
    assign m_axi_awsize  = WORD_BYTES_LOG2[2:0];
    assign m_axi_awburst = INCR;
    assign m_axi_awprot  = 3'b000;
    assign m_axi_arid    = 1'b0;
    assign m_axi_arsize  = WORD_BYTES_LOG2[2:0];
    assign m_axi_arburst = INCR;
    assign m_axi_arprot  = 3'b000;

    wire                       bus_master;
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

    wire                       c2h_start;
    wire                       c2h_abort;
    wire [ADDR_W-1:0]          c2h_host_address;
    wire [CARD_BYTES_LOG2-1:0] c2h_card_address;
    wire [CARD_BYTES_LOG2:0]   c2h_length;
    wire                       c2h_finished;
    wire [3:0]                 c2h_error_kind;
    wire [ADDR_W-1:0]          c2h_error_address;
    wire [CARD_BYTES_LOG2:0]   c2h_residue;

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
        .BURST_BYTES_LOG2(BURST_BYTES_LOG2),
        .OUTSTANDING(OUTSTANDING),
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
        .h2c_done_event(h2c_done_event),
        .h2c_error_event(h2c_error_event),
        .c2h_done_event(c2h_done_event),
        .c2h_error_event(c2h_error_event),
        .irq(irq)
    );

    dma_channel #(
        .ADDR_W(ADDR_W),
        .CARD_BYTES_LOG2(CARD_BYTES_LOG2),
        .IS_WRITE(0)
    ) h2c_channel (
        .clk(clk),
        .rst(rst),
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
        .residue(h2c_residue)
    );

    dma_channel #(
        .ADDR_W(ADDR_W),
        .CARD_BYTES_LOG2(CARD_BYTES_LOG2),
        .IS_WRITE(1)
    ) c2h_channel (
        .clk(clk),
        .rst(rst),
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
        .residue(c2h_residue)
    );

    dma_h2c #(
        .ADDR_W(ADDR_W),
        .CARD_BYTES_LOG2(CARD_BYTES_LOG2),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2),
        .BURST_BYTES_LOG2(BURST_BYTES_LOG2),
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
        .arvalid(m_axi_arvalid),
        .arready(m_axi_arready),
        .araddr(m_axi_araddr),
        .arlen(m_axi_arlen),
        .rvalid(m_axi_rvalid),
        .rready(m_axi_rready),
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
        .BURST_BYTES_LOG2(BURST_BYTES_LOG2),
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
        .awvalid(m_axi_awvalid),
        .awready(m_axi_awready),
        .awaddr(m_axi_awaddr),
        .awlen(m_axi_awlen),
        .wvalid(m_axi_wvalid),
        .wready(m_axi_wready),
        .wdata(m_axi_wdata),
        .wstrb(m_axi_wstrb),
        .wlast(m_axi_wlast),
        .bvalid(m_axi_bvalid),
        .bready(m_axi_bready),
        .bresp(m_axi_bresp),
        .card_read(card_read),
        .card_read_address(card_read_address),
        .card_read_data(card_read_data)
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

    wire unused = &{1'b0, s_axil_awprot, s_axil_arprot, m_axi_bid, m_axi_rid};
endmodule

`default_nettype wire
