// The simulation harness round the device: the host's register port, host memory, protocol rules and the event log.
//
// The host talks to it between cycles: it writes commands, memory and tables straight into the arrays, sets the inputs,
// and lets cycles run until `stop`. `stop` is looked at before each clock edge, and the edge is then not taken.
`default_nettype none

module hilt_harness #(
    parameter        DATA_W            = 64, // 32 or 64
    parameter        RAM_BYTES_LOG2    = 25,
    parameter        REGION_BYTES_LOG2 = 24,
    parameter        IRQ_LINES         = 1,  // 1 to 8
    // 1: host memory can do all that AXI allows, by the settings below that say so; 0 leaves it out.
    parameter        ROUGH             = 0,
    // 1: the simulator knows X.
    parameter        FOUR_STATES       = 0,
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
    input  wire [7:0]  cfg_stall_register,
    input  wire [6:0]  cfg_read_outstanding,
    input  wire [6:0]  cfg_write_outstanding,
    input  wire [31:0] cfg_stall_limit,
    // Of a rough memory.
    input  wire [7:0]  cfg_reorder_read,
    input  wire [7:0]  cfg_reorder_write,
    input  wire [7:0]  cfg_interleave,
    input  wire [7:0]  cfg_junk,
    input  wire [6:0]  cfg_data_ahead,
    input  wire        cfg_ready_after_valid,
    input  wire [63:0] cfg_error_address_0,
    input  wire [63:0] cfg_error_address_1,
    input  wire [63:0] cfg_error_address_2,
    input  wire [63:0] cfg_error_address_3,
    input  wire [3:0]  cfg_error_control_0,
    input  wire [3:0]  cfg_error_control_1,
    input  wire [3:0]  cfg_error_control_2,
    input  wire [3:0]  cfg_error_control_3,
    input  wire [31:0] cfg_error_read_beat,
    input  wire [1:0]  cfg_error_read_beat_kind,
    input  wire [31:0] cfg_error_write_beat,
    input  wire [1:0]  cfg_error_write_beat_kind,
    input  wire [63:0] cfg_region_base_0,
    input  wire [63:0] cfg_region_base_1,
    input  wire [63:0] cfg_region_base_2,
    input  wire [63:0] cfg_region_base_3,
    input  wire [3:0]  cfg_region_enable,

    input  wire [8:0]  host_command_tail,
    input  wire [12:0] host_event_tail,
    // What the device writes to host memory is logged, byte by byte.
    input  wire        host_keeps_writes,
    // Rises that the host knows of, 32 bits for each interrupt line.
    input  wire [32*IRQ_LINES-1:0] host_irq_seen,
    // Which of the lower two causes stop; a full log always does.
    input  wire [2:0]  host_stop_mask,

    output wire        stop,
    // {event log full, a line of irq has risen, all commands done}
    output wire [2:0]  stop_cause,
    output reg  [63:0] cycle,
    output wire [IRQ_LINES-1:0] irq,
    output wire [32*IRQ_LINES-1:0] irq_rises,
    output wire [8:0]  command_head,
    output wire [12:0] event_head,
    output wire [31:0] read_beats,
    output wire [31:0] write_beats
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

    wire        stall_ar;
    wire        stall_aw;
    wire        stall_w;
    wire        stall_r;
    wire        stall_b;
    wire        stall_register;
    wire [15:0] read_latency;
    wire [15:0] write_latency;
    wire [63:0] write_beat_address;
    wire        write_beat_is_last;
    wire        write_is_open;
    wire        write_beat_waits;
    wire [DATA_W/8-1:0] write_beat_strobe;
    wire        write_beat_wlast;
    wire [2:0]  write_beat_size;
    wire        reorder_read;
    wire        reorder_write;
    wire        interleave;
    wire [3:0]  turn_read;
    wire [3:0]  turn_write;
    wire        junk;
    wire [63:0] junk_bits;
    wire        read_beat;
    wire [63:0] read_beat_address;
    wire        write_beat;
    wire        read_fault;
    wire        read_failed;
    wire        write_fault;
    wire        write_failed;
    wire [1:0]  read_error;
    wire [1:0]  write_error;
    wire [23:0] broken;
    wire        breaks;
    wire [63:0] broken_address;
    wire        row_written;
    wire [63:0] row_data;
    wire [7:0]  row_strobe;
    wire        event_log_full;

    assign stop_cause = {event_log_full, irq_rises != host_irq_seen, command_head == host_command_tail};
    // Before the first reset a log may look full, and a reset must take its cycles.
    assign stop       = ~rst & (|(stop_cause & (host_stop_mask | 3'b100)));

    always @(posedge clk) begin
        if (rst)
            cycle <= 64'd0;
        else
            cycle <= cycle + 64'd1;
    end

    // Instance `device`, from the table of its ports.
`include "hilt_harness_device.vh"

    hilt_harness_commands #(.ROUGH(ROUGH)) commands (
        .clk(clk),
        .rst(rst),
        .cycle(cycle[29:0]),
        .stall(stall_register),
        .cfg_ready_after_valid(cfg_ready_after_valid),
        .junk(junk),
        .junk_bits(junk_bits),
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

    hilt_harness_chance #(.ROUGH(ROUGH)) chance (
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
        .cfg_stall_register(cfg_stall_register),
        .cfg_reorder_read(cfg_reorder_read),
        .cfg_reorder_write(cfg_reorder_write),
        .cfg_interleave(cfg_interleave),
        .cfg_junk(cfg_junk),
        .stall_ar(stall_ar),
        .stall_aw(stall_aw),
        .stall_w(stall_w),
        .stall_r(stall_r),
        .stall_b(stall_b),
        .stall_register(stall_register),
        .read_latency(read_latency),
        .write_latency(write_latency),
        .reorder_read(reorder_read),
        .reorder_write(reorder_write),
        .interleave(interleave),
        .turn_read(turn_read),
        .turn_write(turn_write),
        .junk(junk),
        .junk_bits(junk_bits)
    );

    hilt_harness_errors errors (
        .clk(clk),
        .rst(rst),
        .cfg_error_address_0(cfg_error_address_0),
        .cfg_error_address_1(cfg_error_address_1),
        .cfg_error_address_2(cfg_error_address_2),
        .cfg_error_address_3(cfg_error_address_3),
        .cfg_error_control_0(cfg_error_control_0),
        .cfg_error_control_1(cfg_error_control_1),
        .cfg_error_control_2(cfg_error_control_2),
        .cfg_error_control_3(cfg_error_control_3),
        .cfg_error_read_beat(cfg_error_read_beat),
        .cfg_error_read_beat_kind(cfg_error_read_beat_kind),
        .cfg_error_write_beat(cfg_error_write_beat),
        .cfg_error_write_beat_kind(cfg_error_write_beat_kind),
        .read_beat(read_beat),
        .read_beat_address(read_beat_address),
        .write_beat(write_beat),
        .write_beat_address(write_beat_address),
        .read_error(read_error),
        .write_error(write_error),
        .read_beats(read_beats),
        .write_beats(write_beats)
    );

    hilt_harness_memory #(
        .DATA_W(DATA_W),
        .ROUGH(ROUGH),
        .FOUR_STATES(FOUR_STATES),
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
        .cfg_read_outstanding(cfg_read_outstanding),
        .cfg_write_outstanding(cfg_write_outstanding),
        .cfg_data_ahead(cfg_data_ahead),
        .cfg_ready_after_valid(cfg_ready_after_valid),
        .reorder_read(reorder_read),
        .reorder_write(reorder_write),
        .interleave(interleave),
        .turn_read(turn_read),
        .turn_write(turn_write),
        .junk(junk),
        .junk_bits(junk_bits),
        .read_error(read_error),
        .write_error(write_error),
        .arid(arid),
        .araddr(araddr),
        .arlen(arlen),
        .arsize(arsize),
        .arburst(arburst),
        .arvalid(arvalid),
        .arready(arready),
        .rid(rid),
        .rdata(rdata),
        .rresp(rresp),
        .rlast(rlast),
        .rvalid(rvalid),
        .rready(rready),
        .awid(awid),
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
        .bid(bid),
        .bresp(bresp),
        .bvalid(bvalid),
        .bready(bready),
        .read_beat(read_beat),
        .read_beat_address(read_beat_address),
        .write_beat(write_beat),
        .write_is_open(write_is_open),
        .write_beat_waits(write_beat_waits),
        .write_beat_strobe(write_beat_strobe),
        .write_beat_wlast(write_beat_wlast),
        .write_beat_size(write_beat_size),
        .write_beat_address(write_beat_address),
        .write_beat_is_last(write_beat_is_last),
        .row_written(row_written),
        .row_data(row_data),
        .row_strobe(row_strobe),
        .read_fault(read_fault),
        .read_failed(read_failed),
        .write_fault(write_fault),
        .write_failed(write_failed)
    );

    hilt_harness_rules #(.DATA_W(DATA_W), .FOUR_STATES(FOUR_STATES)) rules (
        .clk(clk),
        .rst(rst),
        .cfg_stall_limit(cfg_stall_limit),
        .arid(arid),
        .araddr(araddr),
        .arlen(arlen),
        .arsize(arsize),
        .arburst(arburst),
        .arvalid(arvalid),
        .arready(arready),
        .rvalid(rvalid),
        .rready(rready),
        .awid(awid),
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
        .bvalid(bvalid),
        .bready(bready),
        .write_is_open(write_is_open),
        .write_beat_waits(write_beat_waits),
        .write_beat_strobe(write_beat_strobe),
        .write_beat_wlast(write_beat_wlast),
        .write_beat_size(write_beat_size),
        .write_beat_address(write_beat_address),
        .write_beat_is_last(write_beat_is_last),
        .lite_awvalid(s_axil_awvalid),
        .lite_awready(s_axil_awready),
        .lite_wvalid(s_axil_wvalid),
        .lite_wready(s_axil_wready),
        .lite_bresp(s_axil_bresp),
        .lite_bvalid(s_axil_bvalid),
        .lite_bready(s_axil_bready),
        .lite_arvalid(s_axil_arvalid),
        .lite_arready(s_axil_arready),
        .lite_rdata(s_axil_rdata),
        .lite_rresp(s_axil_rresp),
        .lite_rvalid(s_axil_rvalid),
        .lite_rready(s_axil_rready),
        .broken(broken),
        .breaks(breaks),
        .broken_address(broken_address)
    );

    hilt_harness_events #(.IRQ_LINES(IRQ_LINES)) events (
        .clk(clk),
        .rst(rst),
        .cycle(cycle),
        .head(event_head),
        .tail(host_event_tail),
        .full(event_log_full),
        .irq_rises(irq_rises),
        .ar_taken(arvalid & arready),
        .arid(arid),
        .araddr(araddr),
        .arlen(arlen),
        .arsize(arsize),
        .arburst(arburst),
        .aw_taken(awvalid & awready),
        .awid(awid),
        .awaddr(awaddr),
        .awlen(awlen),
        .awsize(awsize),
        .awburst(awburst),
        .read_ended(rvalid & rready & rlast),
        .rid(rid),
        .write_ended(bvalid & bready),
        .bid(bid),
        .irq(irq),
        .read_fault(read_fault),
        .read_failed(read_failed),
        .read_beat_address(read_beat_address),
        .write_fault(write_fault),
        .write_failed(write_failed),
        .write_beat_address(write_beat_address),
        .row_written(row_written & host_keeps_writes),
        .row_data(row_data),
        .row_strobe(row_strobe),
        .row_is_last(write_beat_is_last),
        .broken(broken),
        .breaks(breaks),
        .broken_address(broken_address)
    );

    // A device may have fewer bits of ID.
    wire unused = &{1'b0, awcache, awprot, arcache, arprot};
endmodule

`default_nettype wire
