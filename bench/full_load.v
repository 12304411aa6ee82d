// The harness and the controller under full load, for simulators without a host: both rings busy with descriptors of
// 64 KiB. 254 of them last for more than a million cycles.
`default_nettype none

module full_load (
    input  wire        clk,
    input  wire        rst,
    output wire [63:0] cycle,
    output wire [31:0] read_beats,
    output wire [31:0] write_beats
);
    wire        stop;
    wire [2:0]  stop_cause;
    wire        irq;
    wire [31:0] irq_rises;
    wire [8:0]  command_head;
    wire [12:0] event_head;

    hilt_harness harness (
        .clk(clk), .rst(rst), .cfg_seed(64'd1),
        .cfg_read_latency_min(16'd1), .cfg_read_latency_max(16'd1),
        .cfg_write_latency_min(16'd1), .cfg_write_latency_max(16'd1),
        .cfg_stall_ar(8'd0), .cfg_stall_aw(8'd0), .cfg_stall_w(8'd0), .cfg_stall_r(8'd0), .cfg_stall_b(8'd0),
        .cfg_stall_register(8'd0), .cfg_read_outstanding(7'd64), .cfg_write_outstanding(7'd64),
        .cfg_error_address_0(64'd0), .cfg_error_address_1(64'd0), .cfg_error_address_2(64'd0),
        .cfg_error_address_3(64'd0), .cfg_error_control_0(4'd0), .cfg_error_control_1(4'd0),
        .cfg_error_control_2(4'd0), .cfg_error_control_3(4'd0), .cfg_error_read_beat(32'd0),
        .cfg_error_read_beat_kind(2'd0), .cfg_error_write_beat(32'd0), .cfg_error_write_beat_kind(2'd0),
        .cfg_region_base_0(64'h1000_0000), .cfg_region_base_1(64'd0), .cfg_region_base_2(64'd0),
        .cfg_region_base_3(64'd0), .cfg_region_enable(4'd1),
        .host_command_tail(9'd7), .host_event_tail(event_head), .host_irq_seen(32'd0), .host_stop_mask(3'd0),
        .stop(stop), .stop_cause(stop_cause), .cycle(cycle), .irq(irq), .irq_rises(irq_rises), .command_head(command_head),
        .event_head(event_head), .read_beats(read_beats), .write_beats(write_beats)
    );

    integer i;
    initial begin
        for (i = 0; i < 64; i = i + 1) harness.memory.page_table[i] = i;
        for (i = 0; i < 1024; i = i + 1) begin
            harness.memory.read_permission[i]  = 32'hffff_ffff;
            harness.memory.write_permission[i] = 32'hffff_ffff;
        end
        for (i = 0; i < 127; i = i + 1) begin
            harness.memory.ram[4*i]           = 64'h1001_0000;
            harness.memory.ram[4*i + 1]       = 64'd0;
            harness.memory.ram[4*i + 2]       = 64'd65536;
            harness.memory.ram[4*i + 3]       = 64'd0;
            harness.memory.ram[512 + 4*i]     = 64'h1002_0000;
            harness.memory.ram[512 + 4*i + 1] = 64'd65536;
            harness.memory.ram[512 + 4*i + 2] = 64'd65536;
            harness.memory.ram[512 + 4*i + 3] = 64'd0;
        end
        harness.commands.command[0] = {2'd1, 30'h01c, 32'd1};
        harness.commands.command[1] = {2'd1, 30'h144, 32'h1000_0000};
        harness.commands.command[2] = {2'd1, 30'h244, 32'h1000_1000};
        harness.commands.command[3] = {2'd1, 30'h140, 32'h0000_0701};
        harness.commands.command[4] = {2'd1, 30'h240, 32'h0000_0701};
        harness.commands.command[5] = {2'd1, 30'h150, 32'd127};
        harness.commands.command[6] = {2'd1, 30'h250, 32'd127};
    end
endmodule

`default_nettype wire
