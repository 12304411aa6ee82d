// What every board's top holds: the reset at power-up, the bridge to the host's line, and the device. The top itself has the
// pins of its FPGA, its clock and its sizes, and nothing else.
//
// `hilt_harness_device.vh` is the instance of the device as the simulators have it, by the names of these nets: hilt writes it
// from the table of the device's ports.
`default_nettype none

module hilt_board #(
    parameter        LINE_W      = 1,        // 1: a UART; 9: bytes, in simulation
    parameter [15:0] DIVIDER_256 = 16'd1024, // cycles of a bit times 256
    parameter [31:0] CLOCK_HZ    = 12000000,
    parameter        DATA_W      = 64,       // the device's AXI4 data bus, 32 or 64
    parameter        ADDR_W      = 64,       // its addresses, 32 to 64 bits
    parameter        IRQ_LINES   = 1,        // its interrupts, 1 to 8
    parameter        MTU         = 1024,     // these four as the bridge has them
    parameter        UP_LOG2     = 12,
    parameter        DOWN_LOG2   = 12,
    parameter        READ_LOG2   = 11,
    parameter [31:0] BUILD_HASH  = 32'd0
) (
    input  wire              clk,
    input  wire [LINE_W-1:0] rxd,
    output wire [LINE_W-1:0] txd,
    output wire              link_up,
    output wire              idle
);
    // An FPGA's registers start as they are initialised here.
    reg [3:0] power_up_left = 4'd15;
    wire      power_up = (power_up_left != 4'd0);
    always @(posedge clk) power_up_left <= power_up_left - {3'd0, power_up};

    wire        rst;

    wire [31:0] s_axil_awaddr;
    wire        s_axil_awvalid;
    wire        s_axil_awready;
    wire [31:0] s_axil_wdata;
    wire [3:0]  wstrb_unused;
    wire        s_axil_wvalid;
    wire        s_axil_wready;
    wire [1:0]  s_axil_bresp;
    wire        s_axil_bvalid;
    wire        s_axil_bready;
    wire [31:0] s_axil_araddr;
    wire        s_axil_arvalid;
    wire        s_axil_arready;
    wire [31:0] s_axil_rdata;
    wire [1:0]  s_axil_rresp;
    wire        s_axil_rvalid;
    wire        s_axil_rready;

    wire [3:0]  awid;
    wire [63:0] awaddr;
    wire [7:0]  awlen;
    wire [2:0]  awsize;
    wire [1:0]  awburst;
    wire [3:0]  awcache;
    wire [2:0]  awprot;
    wire        awvalid;
    wire        awready;
    wire [DATA_W-1:0] wdata;
    wire [DATA_W/8-1:0] wstrb;
    wire        wlast;
    wire        wvalid;
    wire        wready;
    wire [3:0]  bid;
    wire [1:0]  bresp;
    wire        bvalid;
    wire        bready;
    wire [3:0]  arid;
    wire [63:0] araddr;
    wire [7:0]  arlen;
    wire [2:0]  arsize;
    wire [1:0]  arburst;
    wire [3:0]  arcache;
    wire [2:0]  arprot;
    wire        arvalid;
    wire        arready;
    wire [3:0]  rid;
    wire [DATA_W-1:0] rdata;
    wire [1:0]  rresp;
    wire        rlast;
    wire        rvalid;
    wire        rready;
    wire [IRQ_LINES-1:0] irq;

    // The bridge takes whole words in ascending order; a device may have fewer bits of address and ID.
    wire        unused = &{1'b0, awaddr, awsize, awburst, awcache, awprot, araddr, arsize, arburst, arcache, arprot, bid, rid};

`include "hilt_harness_device.vh"

    bridge #(
        .LINE_W(LINE_W),
        .DIVIDER_256(DIVIDER_256),
        .CLOCK_HZ(CLOCK_HZ),
        .DATA_W(DATA_W),
        .ADDR_W(ADDR_W),
        .ID_W(4),
        .IRQ_LINES(IRQ_LINES),
        .MTU(MTU),
        .UP_LOG2(UP_LOG2),
        .DOWN_LOG2(DOWN_LOG2),
        .READ_LOG2(READ_LOG2),
        .BUILD_HASH(BUILD_HASH)
    ) bridge (
        .clk(clk),
        .rst(power_up),
        .rxd(rxd),
        .txd(txd),
        .device_rst(rst),
        .link_up(link_up),
        .idle(idle),
        .m_axil_awaddr(s_axil_awaddr),
        .m_axil_awvalid(s_axil_awvalid),
        .m_axil_awready(s_axil_awready),
        .m_axil_wdata(s_axil_wdata),
        .m_axil_wstrb(wstrb_unused),
        .m_axil_wvalid(s_axil_wvalid),
        .m_axil_wready(s_axil_wready),
        .m_axil_bresp(s_axil_bresp),
        .m_axil_bvalid(s_axil_bvalid),
        .m_axil_bready(s_axil_bready),
        .m_axil_araddr(s_axil_araddr),
        .m_axil_arvalid(s_axil_arvalid),
        .m_axil_arready(s_axil_arready),
        .m_axil_rdata(s_axil_rdata),
        .m_axil_rresp(s_axil_rresp),
        .m_axil_rvalid(s_axil_rvalid),
        .m_axil_rready(s_axil_rready),
        .s_axi_awid(awid),
        .s_axi_awaddr(awaddr[ADDR_W-1:0]),
        .s_axi_awlen(awlen),
        .s_axi_awvalid(awvalid),
        .s_axi_awready(awready),
        .s_axi_wdata(wdata),
        .s_axi_wstrb(wstrb),
        .s_axi_wlast(wlast),
        .s_axi_wvalid(wvalid),
        .s_axi_wready(wready),
        .s_axi_bid(bid),
        .s_axi_bresp(bresp),
        .s_axi_bvalid(bvalid),
        .s_axi_bready(bready),
        .s_axi_arid(arid),
        .s_axi_araddr(araddr[ADDR_W-1:0]),
        .s_axi_arlen(arlen),
        .s_axi_arvalid(arvalid),
        .s_axi_arready(arready),
        .s_axi_rid(rid),
        .s_axi_rdata(rdata),
        .s_axi_rresp(rresp),
        .s_axi_rlast(rlast),
        .s_axi_rvalid(rvalid),
        .s_axi_rready(rready),
        .irq(irq)
    );
endmodule

`default_nettype wire
