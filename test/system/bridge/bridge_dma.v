// The controller behind the bridge, on a line of bytes.
`default_nettype none

module bridge_dma #(
    parameter        DATA_W      = 64,
    parameter        LINE_W      = 9,
    parameter [15:0] DIVIDER_256 = 1024,
    parameter [31:0] CLOCK_HZ    = 500000
) (
    input  wire              clk,
    input  wire              rst,
    input  wire [LINE_W-1:0] rxd,
    output wire [LINE_W-1:0] txd,
    output wire              idle,
    output wire              link_up
);
    wire                device_rst;
    wire [31:0]         awaddr;
    wire                awvalid;
    wire                awready;
    wire [31:0]         wdata;
    wire [3:0]          wstrb;
    wire                wvalid;
    wire                wready;
    wire [1:0]          bresp;
    wire                bvalid;
    wire                bready;
    wire [31:0]         araddr;
    wire                arvalid;
    wire                arready;
    wire [31:0]         rdata;
    wire [1:0]          rresp;
    wire                rvalid;
    wire                rready;
    wire [1:0]          m_awid;
    wire [63:0]         m_awaddr;
    wire [7:0]          m_awlen;
    wire                m_awvalid;
    wire                m_awready;
    wire [DATA_W-1:0]   m_wdata;
    wire [DATA_W/8-1:0] m_wstrb;
    wire                m_wlast;
    wire                m_wvalid;
    wire                m_wready;
    wire [1:0]          m_bid;
    wire [1:0]          m_bresp;
    wire                m_bvalid;
    wire                m_bready;
    wire [1:0]          m_arid;
    wire [63:0]         m_araddr;
    wire [7:0]          m_arlen;
    wire                m_arvalid;
    wire                m_arready;
    wire [1:0]          m_rid;
    wire [DATA_W-1:0]   m_rdata;
    wire [1:0]          m_rresp;
    wire                m_rlast;
    wire                m_rvalid;
    wire                m_rready;
    wire                irq;

    bridge #(
        .LINE_W(LINE_W),
        .DIVIDER_256(DIVIDER_256),
        .CLOCK_HZ(CLOCK_HZ),
        .DATA_W(DATA_W),
        .BUILD_HASH(32'hfeedc0de)
    ) bridge (
        .clk(clk),
        .rst(rst),
        .rxd(rxd),
        .txd(txd),
        .device_rst(device_rst),
        .link_up(link_up),
        .idle(idle),
        .m_axil_awaddr(awaddr),
        .m_axil_awvalid(awvalid),
        .m_axil_awready(awready),
        .m_axil_wdata(wdata),
        .m_axil_wstrb(wstrb),
        .m_axil_wvalid(wvalid),
        .m_axil_wready(wready),
        .m_axil_bresp(bresp),
        .m_axil_bvalid(bvalid),
        .m_axil_bready(bready),
        .m_axil_araddr(araddr),
        .m_axil_arvalid(arvalid),
        .m_axil_arready(arready),
        .m_axil_rdata(rdata),
        .m_axil_rresp(rresp),
        .m_axil_rvalid(rvalid),
        .m_axil_rready(rready),
        .s_axi_awid(m_awid),
        .s_axi_awaddr(m_awaddr),
        .s_axi_awlen(m_awlen),
        .s_axi_awvalid(m_awvalid),
        .s_axi_awready(m_awready),
        .s_axi_wdata(m_wdata),
        .s_axi_wstrb(m_wstrb),
        .s_axi_wlast(m_wlast),
        .s_axi_wvalid(m_wvalid),
        .s_axi_wready(m_wready),
        .s_axi_bid(m_bid),
        .s_axi_bresp(m_bresp),
        .s_axi_bvalid(m_bvalid),
        .s_axi_bready(m_bready),
        .s_axi_arid(m_arid),
        .s_axi_araddr(m_araddr),
        .s_axi_arlen(m_arlen),
        .s_axi_arvalid(m_arvalid),
        .s_axi_arready(m_arready),
        .s_axi_rid(m_rid),
        .s_axi_rdata(m_rdata),
        .s_axi_rresp(m_rresp),
        .s_axi_rlast(m_rlast),
        .s_axi_rvalid(m_rvalid),
        .s_axi_rready(m_rready),
        .irq(irq)
    );

    dma #(.DATA_W(DATA_W), .CARD_BYTES_LOG2(14)) device (
        .clk(clk),
        .rst(device_rst),
        .s_axil_awaddr(awaddr),
        .s_axil_awprot(3'b000),
        .s_axil_awvalid(awvalid),
        .s_axil_awready(awready),
        .s_axil_wdata(wdata),
        .s_axil_wstrb(wstrb),
        .s_axil_wvalid(wvalid),
        .s_axil_wready(wready),
        .s_axil_bresp(bresp),
        .s_axil_bvalid(bvalid),
        .s_axil_bready(bready),
        .s_axil_araddr(araddr),
        .s_axil_arprot(3'b000),
        .s_axil_arvalid(arvalid),
        .s_axil_arready(arready),
        .s_axil_rdata(rdata),
        .s_axil_rresp(rresp),
        .s_axil_rvalid(rvalid),
        .s_axil_rready(rready),
        .m_axi_awid(m_awid),
        .m_axi_awaddr(m_awaddr),
        .m_axi_awlen(m_awlen),
        .m_axi_awsize(),
        .m_axi_awburst(),
        .m_axi_awcache(),
        .m_axi_awprot(),
        .m_axi_awvalid(m_awvalid),
        .m_axi_awready(m_awready),
        .m_axi_wdata(m_wdata),
        .m_axi_wstrb(m_wstrb),
        .m_axi_wlast(m_wlast),
        .m_axi_wvalid(m_wvalid),
        .m_axi_wready(m_wready),
        .m_axi_bid(m_bid),
        .m_axi_bresp(m_bresp),
        .m_axi_bvalid(m_bvalid),
        .m_axi_bready(m_bready),
        .m_axi_arid(m_arid),
        .m_axi_araddr(m_araddr),
        .m_axi_arlen(m_arlen),
        .m_axi_arsize(),
        .m_axi_arburst(),
        .m_axi_arcache(),
        .m_axi_arprot(),
        .m_axi_arvalid(m_arvalid),
        .m_axi_arready(m_arready),
        .m_axi_rid(m_rid),
        .m_axi_rdata(m_rdata),
        .m_axi_rresp(m_rresp),
        .m_axi_rlast(m_rlast),
        .m_axi_rvalid(m_rvalid),
        .m_axi_rready(m_rready),
        .irq(irq)
    );
endmodule

`default_nettype wire
