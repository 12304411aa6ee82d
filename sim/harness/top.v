// The simulation harness round the device: the host's register port, host memory, protocol rules and the event log.
//
// The host talks to it between cycles: it writes commands, memory and tables straight into the arrays, sets the inputs,
// and lets cycles run until `stop`. `stop` is looked at before each clock edge, and the edge is then not taken.
`default_nettype none

module top #(
    parameter        RAM_BYTES_LOG2    = 25,
    parameter        REGION_BYTES_LOG2 = 24,
    parameter [31:0] BUILD_HASH        = 32'h0
) (
    input  wire        clk,
    input  wire        rst,

    input  wire [63:0] cfg_seed,
    input  wire [15:0] cfg_read_latency_min,
    input  wire [15:0] cfg_read_latency_max,
    input  wire [15:0] cfg_write_latency_min,
    input  wire [15:0] cfg_write_latency_max,
    input  wire [7:0]  cfg_stall_ar,
    input  wire [7:0]  cfg_stall_aw,
    input  wire [7:0]  cfg_stall_w,
    input  wire [7:0]  cfg_stall_r,
    input  wire [7:0]  cfg_stall_b,
    input  wire [63:0] cfg_region_base_0,
    input  wire [63:0] cfg_region_base_1,
    input  wire [63:0] cfg_region_base_2,
    input  wire [63:0] cfg_region_base_3,
    input  wire [3:0]  cfg_region_enable,

    input  wire [8:0]  host_command_tail,
    input  wire [12:0] host_event_tail,
    // Which of the lower two causes stop; a full log always does.
    input  wire [2:0]  host_stop_mask,

    output wire        stop,
    // {event log full, irq, all commands done}
    output wire [2:0]  stop_cause,
    output reg  [63:0] cycle,
    output wire        irq,
    output wire [8:0]  command_head,
    output wire [12:0] event_head
);
    wire [31:0] s_axil_awaddr;
    wire        s_axil_awvalid;
    wire        s_axil_awready;
    wire [31:0] s_axil_wdata;
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

    wire        awid;
    wire [63:0] awaddr;
    wire [7:0]  awlen;
    wire [2:0]  awsize;
    wire [1:0]  awburst;
    wire [2:0]  awprot;
    wire        awvalid;
    wire        awready;
    wire [63:0] wdata;
    wire [7:0]  wstrb;
    wire        wlast;
    wire        wvalid;
    wire        wready;
    wire [1:0]  bresp;
    wire        bvalid;
    wire        bready;
    wire        arid;
    wire [63:0] araddr;
    wire [7:0]  arlen;
    wire [2:0]  arsize;
    wire [1:0]  arburst;
    wire [2:0]  arprot;
    wire        arvalid;
    wire        arready;
    wire [63:0] rdata;
    wire [1:0]  rresp;
    wire        rlast;
    wire        rvalid;
    wire        rready;

    wire        stall_ar;
    wire        stall_aw;
    wire        stall_w;
    wire        stall_r;
    wire        stall_b;
    wire [15:0] read_latency;
    wire [15:0] write_latency;
    wire [63:0] write_beat_address;
    wire        write_beat_is_first;
    wire        write_beat_is_last;
    wire        read_fault;
    wire [63:0] read_fault_address;
    wire        write_fault;
    wire [63:0] write_fault_address;
    wire [31:0] broken;
    wire [63:0] broken_address;
    wire        event_log_full;

    assign stop_cause = {event_log_full, irq, command_head == host_command_tail};
    assign stop       = |(stop_cause & (host_stop_mask | 3'b100));

    always @(posedge clk) begin
        if (rst)
            cycle <= 64'd0;
        else
            cycle <= cycle + 64'd1;
    end

    dma #(
        .DATA_W(64),
        .ADDR_W(64),
        .BUILD_HASH(BUILD_HASH)
    ) device (
        .clk(clk),
        .rst(rst),
        .s_axil_awaddr(s_axil_awaddr),
        .s_axil_awprot(3'b000),
        .s_axil_awvalid(s_axil_awvalid),
        .s_axil_awready(s_axil_awready),
        .s_axil_wdata(s_axil_wdata),
        .s_axil_wstrb(4'b1111),
        .s_axil_wvalid(s_axil_wvalid),
        .s_axil_wready(s_axil_wready),
        .s_axil_bresp(s_axil_bresp),
        .s_axil_bvalid(s_axil_bvalid),
        .s_axil_bready(s_axil_bready),
        .s_axil_araddr(s_axil_araddr),
        .s_axil_arprot(3'b000),
        .s_axil_arvalid(s_axil_arvalid),
        .s_axil_arready(s_axil_arready),
        .s_axil_rdata(s_axil_rdata),
        .s_axil_rresp(s_axil_rresp),
        .s_axil_rvalid(s_axil_rvalid),
        .s_axil_rready(s_axil_rready),
        .m_axi_awid(awid),
        .m_axi_awaddr(awaddr),
        .m_axi_awlen(awlen),
        .m_axi_awsize(awsize),
        .m_axi_awburst(awburst),
        .m_axi_awprot(awprot),
        .m_axi_awvalid(awvalid),
        .m_axi_awready(awready),
        .m_axi_wdata(wdata),
        .m_axi_wstrb(wstrb),
        .m_axi_wlast(wlast),
        .m_axi_wvalid(wvalid),
        .m_axi_wready(wready),
        .m_axi_bid(1'b0),
        .m_axi_bresp(bresp),
        .m_axi_bvalid(bvalid),
        .m_axi_bready(bready),
        .m_axi_arid(arid),
        .m_axi_araddr(araddr),
        .m_axi_arlen(arlen),
        .m_axi_arsize(arsize),
        .m_axi_arburst(arburst),
        .m_axi_arprot(arprot),
        .m_axi_arvalid(arvalid),
        .m_axi_arready(arready),
        .m_axi_rid(1'b0),
        .m_axi_rdata(rdata),
        .m_axi_rresp(rresp),
        .m_axi_rlast(rlast),
        .m_axi_rvalid(rvalid),
        .m_axi_rready(rready),
        .irq(irq)
    );

    harness_commands commands (
        .clk(clk),
        .rst(rst),
        .tail(host_command_tail),
        .head(command_head),
        .awaddr(s_axil_awaddr),
        .awvalid(s_axil_awvalid),
        .awready(s_axil_awready),
        .wdata(s_axil_wdata),
        .wvalid(s_axil_wvalid),
        .wready(s_axil_wready),
        .bresp(s_axil_bresp),
        .bvalid(s_axil_bvalid),
        .bready(s_axil_bready),
        .araddr(s_axil_araddr),
        .arvalid(s_axil_arvalid),
        .arready(s_axil_arready),
        .rdata(s_axil_rdata),
        .rresp(s_axil_rresp),
        .rvalid(s_axil_rvalid),
        .rready(s_axil_rready)
    );

    harness_chance chance (
        .clk(clk),
        .rst(rst),
        .cfg_seed(cfg_seed),
        .cfg_read_latency_min(cfg_read_latency_min),
        .cfg_read_latency_max(cfg_read_latency_max),
        .cfg_write_latency_min(cfg_write_latency_min),
        .cfg_write_latency_max(cfg_write_latency_max),
        .cfg_stall_ar(cfg_stall_ar),
        .cfg_stall_aw(cfg_stall_aw),
        .cfg_stall_w(cfg_stall_w),
        .cfg_stall_r(cfg_stall_r),
        .cfg_stall_b(cfg_stall_b),
        .stall_ar(stall_ar),
        .stall_aw(stall_aw),
        .stall_w(stall_w),
        .stall_r(stall_r),
        .stall_b(stall_b),
        .read_latency(read_latency),
        .write_latency(write_latency)
    );

    harness_memory #(
        .RAM_BYTES_LOG2(RAM_BYTES_LOG2),
        .REGION_BYTES_LOG2(REGION_BYTES_LOG2)
    ) memory (
        .clk(clk),
        .rst(rst),
        .cfg_region_base_0(cfg_region_base_0),
        .cfg_region_base_1(cfg_region_base_1),
        .cfg_region_base_2(cfg_region_base_2),
        .cfg_region_base_3(cfg_region_base_3),
        .cfg_region_enable(cfg_region_enable),
        .cycle(cycle[31:0]),
        .stall_ar(stall_ar),
        .stall_aw(stall_aw),
        .stall_w(stall_w),
        .stall_r(stall_r),
        .stall_b(stall_b),
        .read_latency(read_latency),
        .write_latency(write_latency),
        .araddr(araddr),
        .arlen(arlen),
        .arvalid(arvalid),
        .arready(arready),
        .rdata(rdata),
        .rresp(rresp),
        .rlast(rlast),
        .rvalid(rvalid),
        .rready(rready),
        .awaddr(awaddr),
        .awlen(awlen),
        .awvalid(awvalid),
        .awready(awready),
        .wdata(wdata),
        .wstrb(wstrb),
        .wvalid(wvalid),
        .wready(wready),
        .bresp(bresp),
        .bvalid(bvalid),
        .bready(bready),
        .write_beat_address(write_beat_address),
        .write_beat_is_first(write_beat_is_first),
        .write_beat_is_last(write_beat_is_last),
        .read_fault(read_fault),
        .read_fault_address(read_fault_address),
        .write_fault(write_fault),
        .write_fault_address(write_fault_address)
    );

    harness_rules rules (
        .clk(clk),
        .rst(rst),
        .araddr(araddr),
        .arlen(arlen),
        .arsize(arsize),
        .arburst(arburst),
        .arvalid(arvalid),
        .arready(arready),
        .awaddr(awaddr),
        .awlen(awlen),
        .awsize(awsize),
        .awburst(awburst),
        .awvalid(awvalid),
        .awready(awready),
        .wdata(wdata),
        .wstrb(wstrb),
        .wlast(wlast),
        .wvalid(wvalid),
        .wready(wready),
        .write_beat_address(write_beat_address),
        .write_beat_is_first(write_beat_is_first),
        .write_beat_is_last(write_beat_is_last),
        .broken(broken),
        .broken_address(broken_address)
    );

    harness_events events (
        .clk(clk),
        .rst(rst),
        .cycle(cycle),
        .head(event_head),
        .tail(host_event_tail),
        .full(event_log_full),
        .ar_taken(arvalid & arready),
        .araddr(araddr),
        .arlen(arlen),
        .aw_taken(awvalid & awready),
        .awaddr(awaddr),
        .awlen(awlen),
        .read_ended(rvalid & rready & rlast),
        .write_ended(bvalid & bready),
        .irq(irq),
        .read_fault(read_fault),
        .read_fault_address(read_fault_address),
        .write_fault(write_fault),
        .write_fault_address(write_fault_address),
        .broken(broken),
        .broken_address(broken_address)
    );

    wire unused = &{1'b0, awid, awprot, arid, arprot};
endmodule

`default_nettype wire
