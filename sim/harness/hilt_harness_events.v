// The event log: one record for each cycle in which something happened, in parallel memories that the host reads
// directly. While it is full, time must not go on; the host sees to that (`full`).
//
// Bits of `event_info`: 0 AR taken, 1 AW taken, 2 read burst ended, 3 write burst ended, 4 a line of irq rose, 5 one fell, 6 read
// fault, 7 write fault, 8 rule broken, 9 read failed on purpose, 10 write failed on purpose; 14 a row of 8 bytes was
// written, round the address of the write beat; 23:16 ARLEN, 31:24 AWLEN,
// 35:32 ID of AR, 39:36 ID of AW, 63:40 the rules.
// Bits of `event_bursts`: 2:0 ARSIZE, 4:3 ARBURST, 10:8 AWSIZE, 12:11 AWBURST, 19:16 ID of R, 23:20 ID of B.
// Bits of `event_row_info`: 7:0 the bytes of the row that were written, 8 the last beat of its burst.
// Bits of `several.event_lines`, which is there for devices with several interrupt lines alone: 7:0 the lines that rose, 15:8
// those that fell.
`default_nettype none

module hilt_harness_events #(
    parameter IRQ_LINES = 1 // 1 to 8
) (
    input  wire        clk,
    input  wire        rst,
    input  wire [63:0] cycle,

    // Free-running counters of records written and records that the host has taken.
    output reg  [12:0] head,
    input  wire [12:0] tail,
    output wire        full,
    // How often each interrupt line has risen since the reset, this cycle included.
    output wire [32*IRQ_LINES-1:0] irq_rises,

    input  wire        ar_taken,
    input  wire [3:0]  arid,
    input  wire [63:0] araddr,
    input  wire [7:0]  arlen,
    input  wire [2:0]  arsize,
    input  wire [1:0]  arburst,
    input  wire        aw_taken,
    input  wire [3:0]  awid,
    input  wire [63:0] awaddr,
    input  wire [7:0]  awlen,
    input  wire [2:0]  awsize,
    input  wire [1:0]  awburst,
    input  wire        read_ended,
    input  wire [3:0]  rid,
    input  wire        write_ended,
    input  wire [3:0]  bid,
    input  wire [IRQ_LINES-1:0] irq,
    input  wire        read_fault,
    input  wire        read_failed,
    input  wire [63:0] read_beat_address,
    input  wire        write_fault,
    input  wire        write_failed,
    input  wire [63:0] write_beat_address,
    // What the device wrote to host memory, where the host asks for it.
    input  wire        row_written,
    input  wire [63:0] row_data,
    input  wire [7:0]  row_strobe,
    input  wire        row_is_last,
    // The rules that are broken, and whether any is.
    input  wire [23:0] broken,
    input  wire        breaks,
    input  wire [63:0] broken_address
);
    reg [63:0] event_cycle         [0:4095] /* verilator public_flat_rw */;
    reg [63:0] event_info          [0:4095] /* verilator public_flat_rw */;
    reg [63:0] event_read_address  [0:4095] /* verilator public_flat_rw */;
    reg [63:0] event_write_address [0:4095] /* verilator public_flat_rw */;
    reg [63:0] event_read_beat     [0:4095] /* verilator public_flat_rw */;
    reg [63:0] event_write_beat    [0:4095] /* verilator public_flat_rw */;
    reg [63:0] event_violation     [0:4095] /* verilator public_flat_rw */;
    reg [31:0] event_bursts        [0:4095] /* verilator public_flat_rw */;
    reg [63:0] event_row_data      [0:4095] /* verilator public_flat_rw */;
    reg [15:0] event_row_info      [0:4095] /* verilator public_flat_rw */;

    reg  [IRQ_LINES-1:0] irq_before;
    reg  [32*IRQ_LINES-1:0] rises_before;
    wire [IRQ_LINES-1:0] rose = irq & ~irq_before;
    wire [IRQ_LINES-1:0] fell = ~irq & irq_before;
    wire [10:0] what      = {write_failed, read_failed, breaks, write_fault, read_fault, |fell, |rose,
                             write_ended, read_ended, aw_taken, ar_taken};
    wire        record    = ((what != 11'd0) | row_written) & ~rst;
    wire [11:0] place     = head[11:0];

    assign full = (head - tail) == 13'd4096;

    genvar line;
    generate
        for (line = 0; line < IRQ_LINES; line = line + 1) begin : count
            assign irq_rises[32*line +: 32] = rises_before[32*line +: 32] + {31'd0, rose[line]};
        end
        if (IRQ_LINES > 1) begin : several
            reg  [15:0] event_lines [0:4095] /* verilator public_flat_rw */;
            wire [15:0] edges;
            for (line = 0; line < 8; line = line + 1) begin : pick
                if (line < IRQ_LINES) begin : there
                    assign edges[line]     = rose[line];
                    assign edges[8 + line] = fell[line];
                end else begin : absent
                    assign edges[line]     = 1'b0;
                    assign edges[8 + line] = 1'b0;
                end
            end
            always @(posedge clk)
                if (record) event_lines[place] <= edges;
        end
    endgenerate

    always @(posedge clk) begin
        irq_before <= irq & ~{IRQ_LINES{rst}};
        rises_before <= rst ? {32*IRQ_LINES{1'b0}} : irq_rises;
        if (rst)
            head <= 13'd0;
        else if (record)
            head <= head + 13'd1;

        if (record) begin
            event_cycle[place]         <= cycle;
            event_info[place]          <= {broken, awid, arid, awlen, arlen, 1'd0, row_written, 3'd0, what};
            event_read_address[place]  <= araddr;
            event_write_address[place] <= awaddr;
            event_read_beat[place]    <= read_beat_address;
            event_write_beat[place]   <= write_beat_address;
            event_violation[place]     <= broken_address;
            event_bursts[place]        <= {8'd0, bid, rid, 3'd0, awburst, awsize, 3'd0, arburst, arsize};
        end
        if (row_written & ~rst) begin
            event_row_data[place] <= row_data;
            event_row_info[place] <= {7'd0, row_is_last, row_strobe};
        end
    end
endmodule

`default_nettype wire
