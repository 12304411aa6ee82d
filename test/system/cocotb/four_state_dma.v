// The controller between models that know X: the inputs of a channel are X while its VALID is low, and nothing that the
// controller promises may be X: READY, VALID and the interrupt always, the rest of a channel with its VALID.
`default_nettype none

module four_state_dma #(
    parameter DATA_W = 64,
    parameter ADDR_W = 64,
    parameter BURST_BYTES_LOG2 = 10
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
    dma #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .BURST_BYTES_LOG2(BURST_BYTES_LOG2)) device (
        .clk(clk),
        .rst(rst),
        .s_axil_awaddr(s_axil_awvalid ? s_axil_awaddr : {32{1'bx}}),
        .s_axil_awprot(s_axil_awvalid ? s_axil_awprot : {3{1'bx}}),
        .s_axil_awvalid(s_axil_awvalid),
        .s_axil_awready(s_axil_awready),
        .s_axil_wdata(s_axil_wvalid ? s_axil_wdata : {32{1'bx}}),
        .s_axil_wstrb(s_axil_wvalid ? s_axil_wstrb : {4{1'bx}}),
        .s_axil_wvalid(s_axil_wvalid),
        .s_axil_wready(s_axil_wready),
        .s_axil_bresp(s_axil_bresp),
        .s_axil_bvalid(s_axil_bvalid),
        .s_axil_bready(s_axil_bready),
        .s_axil_araddr(s_axil_arvalid ? s_axil_araddr : {32{1'bx}}),
        .s_axil_arprot(s_axil_arvalid ? s_axil_arprot : {3{1'bx}}),
        .s_axil_arvalid(s_axil_arvalid),
        .s_axil_arready(s_axil_arready),
        .s_axil_rdata(s_axil_rdata),
        .s_axil_rresp(s_axil_rresp),
        .s_axil_rvalid(s_axil_rvalid),
        .s_axil_rready(s_axil_rready),
        .m_axi_awid(m_axi_awid),
        .m_axi_awaddr(m_axi_awaddr),
        .m_axi_awlen(m_axi_awlen),
        .m_axi_awsize(m_axi_awsize),
        .m_axi_awburst(m_axi_awburst),
        .m_axi_awcache(m_axi_awcache),
        .m_axi_awprot(m_axi_awprot),
        .m_axi_awvalid(m_axi_awvalid),
        .m_axi_awready(m_axi_awready),
        .m_axi_wdata(m_axi_wdata),
        .m_axi_wstrb(m_axi_wstrb),
        .m_axi_wlast(m_axi_wlast),
        .m_axi_wvalid(m_axi_wvalid),
        .m_axi_wready(m_axi_wready),
        .m_axi_bid(m_axi_bvalid ? m_axi_bid : {2{1'bx}}),
        .m_axi_bresp(m_axi_bvalid ? m_axi_bresp : {2{1'bx}}),
        .m_axi_bvalid(m_axi_bvalid),
        .m_axi_bready(m_axi_bready),
        .m_axi_arid(m_axi_arid),
        .m_axi_araddr(m_axi_araddr),
        .m_axi_arlen(m_axi_arlen),
        .m_axi_arsize(m_axi_arsize),
        .m_axi_arburst(m_axi_arburst),
        .m_axi_arcache(m_axi_arcache),
        .m_axi_arprot(m_axi_arprot),
        .m_axi_arvalid(m_axi_arvalid),
        .m_axi_arready(m_axi_arready),
        .m_axi_rid(m_axi_rvalid ? m_axi_rid : {2{1'bx}}),
        .m_axi_rdata(m_axi_rvalid ? m_axi_rdata : {(DATA_W){1'bx}}),
        .m_axi_rresp(m_axi_rvalid ? m_axi_rresp : {2{1'bx}}),
        .m_axi_rlast(m_axi_rvalid ? m_axi_rlast : {1{1'bx}}),
        .m_axi_rvalid(m_axi_rvalid),
        .m_axi_rready(m_axi_rready),
        .irq(irq)
    );

    // Beats of data that were taken before their address.
    reg  [31:0] early;
    reg  [31:0] addresses;
    reg  [31:0] bursts;
    wire        address = m_axi_awvalid & m_axi_awready;
    wire        beat    = m_axi_wvalid & m_axi_wready;
    always @(posedge clk) begin
        addresses <= rst ? 32'd0 : addresses + {31'd0, address};
        bursts    <= rst ? 32'd0 : bursts + {31'd0, beat & m_axi_wlast};
        early     <= rst ? 32'd0 : early + {31'd0, beat & (addresses == bursts) & ~address};
    end

    wire handshakes = ^{s_axil_awready, s_axil_wready, s_axil_bvalid, s_axil_arready,
        s_axil_rvalid,
        m_axi_awvalid, m_axi_wvalid, m_axi_bready,
        m_axi_arvalid, m_axi_rready, irq};
    wire s_axil_b_payload = ^{s_axil_bresp};
    wire s_axil_r_payload = ^{s_axil_rdata, s_axil_rresp};
    wire m_axi_aw_payload = ^{m_axi_awid, m_axi_awaddr, m_axi_awlen, m_axi_awsize, m_axi_awburst, m_axi_awcache, m_axi_awprot};
    wire m_axi_w_payload = ^{m_axi_wdata, m_axi_wstrb, m_axi_wlast};
    wire m_axi_ar_payload = ^{m_axi_arid, m_axi_araddr, m_axi_arlen, m_axi_arsize, m_axi_arburst, m_axi_arcache, m_axi_arprot};
    always @(posedge clk) if (rst === 1'b0) begin
        if (handshakes === 1'bx) $fatal(1, "a handshake is X");
        if (s_axil_bvalid & (s_axil_b_payload === 1'bx)) $fatal(1, "s_axil_b* is X");
        if (s_axil_rvalid & (s_axil_r_payload === 1'bx)) $fatal(1, "s_axil_r* is X");
        if (m_axi_awvalid & (m_axi_aw_payload === 1'bx)) $fatal(1, "m_axi_aw* is X");
        if (m_axi_wvalid & (m_axi_w_payload === 1'bx)) $fatal(1, "m_axi_w* is X");
        if (m_axi_arvalid & (m_axi_ar_payload === 1'bx)) $fatal(1, "m_axi_ar* is X");
    end
endmodule

`default_nettype wire
