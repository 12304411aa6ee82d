// The host's end inside a simulator under cocotb: the clock of the harness, and its side of every crossing. Not synthesizable.
//
// Python toggles `go` once it has written a block to the file `in`; what it says is done, time passes, what has happened is
// written to the file `out`, and `done` toggles. Both files are in the folder of the plusarg `hilt`. So a crossing costs
// Python one signal each way, whatever it moves and however many cycles pass.
//
// A block is a row of patches: {array, index, count} and `count` elements, all of them words of 32 bits, big-endian, but for
// the elements of `command` and `ram` (64 bits) and of `page_table` (16). `out` begins with a status; after it
// stand messages of the control channel as docs/wire.md has them. Word 29 of the settings is the reset.
`default_nettype none

module hilt_cocotb #(
    parameter        DATA_W            = 64,
    parameter        RAM_BYTES_LOG2    = 25,
    parameter        REGION_BYTES_LOG2 = 24,
    parameter        IRQ_LINES         = 1,
    parameter        ROUGH             = 0,
    parameter [31:0] BUILD_HASH        = 32'h0
);
    // Arrays of a patch.
    localparam [31:0] INPUT            = 32'd0;
    localparam [31:0] COMMAND          = 32'd1;
    localparam [31:0] RAM              = 32'd2;
    localparam [31:0] PAGE_TABLE       = 32'd3;
    localparam [31:0] READ_PERMISSION  = 32'd4;
    localparam [31:0] WRITE_PERMISSION = 32'd5;

    // First bytes and codes of the messages.
    localparam [7:0] REGISTER_VALUE   = 8'h30;
    localparam [7:0] REGISTER_WRITTEN = 8'h40;
    localparam [15:0] EVENT           = 16'h10f0;

    // Sized: it stands in a concatenation.
    localparam [31:0] STATUS_BYTES = 44 + 4 * IRQ_LINES;

    reg clk /* verilator public_flat_rw */;
    reg rst;
    reg go   /* verilator public_flat_rw */;
    reg done /* verilator public_flat_rw */;

    // ---- inputs, as the host writes them
    reg [31:0] words [0:63];
    integer    place;
    initial begin
        clk  = 1'b0;
        rst  = 1'b1;
        go   = 1'b0;
        done = 1'b0;
        for (place = 0; place < 64; place = place + 1) words[place] = 32'd0;
    end

    wire [31:0] command_tail = words[30];
    wire [31:0] stop_mask    = words[31];
    // Edges of the clock to take at most; without a reset, up to `stop`.
    wire [31:0] edges        = words[32];
    wire [32*IRQ_LINES-1:0] irq_seen;
    genvar line;
    generate
        for (line = 0; line < IRQ_LINES; line = line + 1) begin : seen
            assign irq_seen[32*line +: 32] = words[33 + line];
        end
    endgenerate

    reg  [12:0] event_tail;
    wire        stop;
    wire [2:0]  stop_cause;
    wire [63:0] cycle;
    wire [IRQ_LINES-1:0] irq;
    wire [32*IRQ_LINES-1:0] irq_rises;
    wire [8:0]  command_head;
    wire [12:0] event_head;
    wire [31:0] read_beats;
    wire [31:0] write_beats;

    hilt_harness #(
        .DATA_W(DATA_W),
        .RAM_BYTES_LOG2(RAM_BYTES_LOG2),
        .REGION_BYTES_LOG2(REGION_BYTES_LOG2),
        .IRQ_LINES(IRQ_LINES),
        .ROUGH(ROUGH),
        .FOUR_STATES(1),
        .BUILD_HASH(BUILD_HASH)
    ) harness (
        .clk(clk),
        .rst(rst),
        .cfg_seed({words[1], words[0]}),
        .cfg_read_latency_min(words[2][15:0]),
        .cfg_read_latency_max(words[3][15:0]),
        .cfg_write_latency_min(words[4][15:0]),
        .cfg_write_latency_max(words[5][15:0]),
        .cfg_read_outstanding(words[6][6:0]),
        .cfg_write_outstanding(words[7][6:0]),
        .cfg_stall_ar(words[8][7:0]),
        .cfg_stall_aw(words[8][15:8]),
        .cfg_stall_w(words[8][23:16]),
        .cfg_stall_r(words[8][31:24]),
        .cfg_stall_b(words[9][7:0]),
        .cfg_stall_register(words[9][15:8]),
        .cfg_stall_limit(words[36]),
        .cfg_reorder_read(words[37][7:0]),
        .cfg_reorder_write(words[37][15:8]),
        .cfg_interleave(words[37][23:16]),
        .cfg_junk(words[37][31:24]),
        .cfg_data_ahead(words[38][6:0]),
        .cfg_ready_after_valid(words[38][8]),
        .cfg_region_enable(words[10][3:0]),
        .cfg_region_base_0({words[12], words[11]}),
        .cfg_region_base_1({words[14], words[13]}),
        .cfg_region_base_2({words[16], words[15]}),
        .cfg_region_base_3({words[18], words[17]}),
        .cfg_error_address_0({words[20], words[19]}),
        .cfg_error_address_1({words[22], words[21]}),
        .cfg_error_address_2({words[24], words[23]}),
        .cfg_error_address_3({words[26], words[25]}),
        .cfg_error_control_0(words[27][3:0]),
        .cfg_error_control_1(words[27][11:8]),
        .cfg_error_control_2(words[27][19:16]),
        .cfg_error_control_3(words[27][27:24]),
        .cfg_error_read_beat_kind(words[28][1:0]),
        .cfg_error_write_beat_kind(words[28][9:8]),
        .cfg_error_read_beat(words[41]),
        .cfg_error_write_beat(words[42]),
        .host_command_tail(command_tail[8:0]),
        .host_event_tail(event_tail),
        .host_keeps_writes(1'b1),
        .host_irq_seen(irq_seen),
        .host_stop_mask(stop_mask[2:0]),
        .stop(stop),
        .stop_cause(stop_cause),
        .cycle(cycle),
        .irq(irq),
        .irq_rises(irq_rises),
        .command_head(command_head),
        .event_head(event_head),
        .read_beats(read_beats),
        .write_beats(write_beats)
    );

    // ---- a crossing
    string       folder;
    integer      in;
    integer      out;
    integer      result;
    reg [95:0]   patch;
    reg [31:0]   taken;
    reg [31:0]   out_bytes;
    integer      index;
    reg          ended;

    initial begin
        if (!$value$plusargs("hilt=%s", folder)) folder = ".";
        out = $fopen({folder, "/out"}, "wb");
        event_tail = 13'd0;
        answered   = 9'd0;
        refused    = 32'd0;
        run_bytes  = 12'd0;
        taken      = 32'd0;
        // Nothing is allowed before the host says so. What a device leaves undefined stays so.
        for (index = 0; index < (1 << (REGION_BYTES_LOG2 - 6)); index = index + 1) begin
            harness.memory.read_permission[index]  = 32'd0;
            harness.memory.write_permission[index] = 32'd0;
        end
        // Python waits for this: what it would set before may be lost.
        #1;
        done = ~done;
        forever begin
            @(go);
            take_block;
            taken = 32'd0;
            ended = 1'b0;
            while (!ended) begin
                // What depends on inputs, or on the falling edge, settles.
                #5;
                if (taken == edges || (!rst && stop !== 1'b0)) ended = 1'b1;
                else begin
                    clk = 1'b1;
                    #5;
                    clk = 1'b0;
                    taken = taken + 32'd1;
                end
            end
            give_block;
            done = ~done;
        end
    end

    task take_block;
        reg is_whole;
        begin
            in    = $fopen({folder, "/in"}, "rb");
            is_whole = 1'b0;
            while (!is_whole) begin
                result = $fread(patch, in);
                if (result != 12) is_whole = 1'b1;
                else if (patch[31:0] != 32'd0)
                    case (patch[95:64])
                        INPUT:            result = $fread(words, in, patch[63:32], patch[31:0]);
                        COMMAND:          result = $fread(harness.commands.command, in, patch[63:32], patch[31:0]);
                        RAM:              result = $fread(harness.memory.ram, in, patch[63:32], patch[31:0]);
                        PAGE_TABLE:       result = $fread(harness.memory.page_table, in, patch[63:32], patch[31:0]);
                        READ_PERMISSION:  result = $fread(harness.memory.read_permission, in, patch[63:32], patch[31:0]);
                        WRITE_PERMISSION: result = $fread(harness.memory.write_permission, in, patch[63:32], patch[31:0]);
                        default:          is_whole = 1'b1;
                    endcase
            end
            $fclose(in);
            // Not by a wire: none has changed yet.
            rst = words[29][0];
        end
    endtask

    task give_block;
        begin
            result = $fseek(out, STATUS_BYTES, 0);
            if (rst) begin
                event_tail = 13'd0;
                answered   = 9'd0;
                refused    = 32'd0;
            end else
                give_log;
            out_bytes = $ftell(out);
            result    = $fseek(out, 0, 0);
            $fwrite(out, "%u", {irq_rises, refused, write_beats, read_beats, {23'd0, command_head}, {(32 - IRQ_LINES){1'b0}}, irq,
                                {29'd0, stop_cause}, taken, cycle, out_bytes - STATUS_BYTES, (stop === 1'bx) ? 32'd0 : 32'd1});
            $fflush(out);
            $fflush;
        end
    endtask

    // ---- what has happened, in the order of the cycles: answers of registers before events of the same cycle
    reg  [8:0]  answered;
    // Accesses that the device has refused.
    reg  [31:0] refused;
    reg  [63:0] info;
    reg  [31:0] bursts;
    reg  [63:0] when;
    reg  [12:0] at;

    task give_log;
        begin
            for (at = event_tail; at != event_head; at = at + 13'd1) begin
                info = harness.events.event_info[at[11:0]];
                bursts = harness.events.event_bursts[at[11:0]];
                when = harness.events.event_cycle[at[11:0]];
                if (info[10:0] != 11'd0) give_run;
                if (info[1:0] != 2'd0) begin
                    give_answers(when);
                    give_addresses;
                end
                // The address may have been taken in the same cycle.
                if (info[14]) take_row;
                if (info[10:2] != 9'd0) begin
                    give_answers(when);
                    give_events;
                end
            end
            event_tail = event_head;
            give_run;
            give_answers(cycle);
        end
    endtask

    task give_addresses;
        begin
            if (info[0])
                $fwrite(out, "%u", {28'd0, info[35:32], burst_bytes(harness.events.event_read_address[at[11:0]], info[23:16], bursts[4:0]),
                                    harness.events.event_read_address[at[11:0]], when, 32'h0000_0002, 16'd28, EVENT});
            if (info[1])
                $fwrite(out, "%u", {28'd0, info[39:36], burst_bytes(harness.events.event_write_address[at[11:0]], info[31:24], bursts[12:8]),
                                    harness.events.event_write_address[at[11:0]], when, 32'h0000_0102, 16'd28, EVENT});
        end
    endtask

    task give_events;
        integer rule;
        begin
            if (info[6])
                $fwrite(out, "%u", {harness.events.event_read_beat[at[11:0]], when, 32'h0000_0006, 16'd20, EVENT});
            if (info[7])
                $fwrite(out, "%u", {harness.events.event_write_beat[at[11:0]], when, 32'h0000_0106, 16'd20, EVENT});
            if (info[9])
                $fwrite(out, "%u", {harness.events.event_read_beat[at[11:0]], when, 32'h0000_0007, 16'd20, EVENT});
            if (info[10])
                $fwrite(out, "%u", {harness.events.event_write_beat[at[11:0]], when, 32'h0000_0107, 16'd20, EVENT});
            if (info[2]) $fwrite(out, "%u", {28'd0, bursts[19:16], when, 32'h0000_0003, 16'd16, EVENT});
            if (info[3]) $fwrite(out, "%u", {28'd0, bursts[23:20], when, 32'h0000_0103, 16'd16, EVENT});
            if (info[4]) edges_of.give(1'b1);
            if (info[5]) edges_of.give(1'b0);
            if (info[8])
                for (rule = 0; rule < 24; rule = rule + 1)
                    if (info[40 + rule])
                        $fwrite(out, "%u", {rule, harness.events.event_violation[at[11:0]], when, 32'h0000_0008, 16'd24, EVENT});
        end
    endtask

    // An event for each interrupt line that rose, or that fell.
    generate
        if (IRQ_LINES == 1) begin : edges_of
            task give(input rises);
                $fwrite(out, "%u", {32'd0, when, 16'd0, 7'd0, rises, 8'd5, 16'd16, EVENT});
            endtask
        end else begin : edges_of
            task give(input rises);
                integer    each;
                reg [15:0] edges_here;
                begin
                    edges_here = harness.events.several.event_lines[at[11:0]];
                    for (each = 0; each < IRQ_LINES; each = each + 1)
                        if (edges_here[rises ? each : 8 + each])
                            $fwrite(out, "%u", {each, when, 16'd0, 7'd0, rises, 8'd5, 16'd16, EVENT});
                end
            endtask
        end
    endgenerate

    // The first beat of an unaligned burst moves less than the others; of a FIXED one, each does.
    function [31:0] burst_bytes(input [63:0] address, input [7:0] length, input [4:0] shape);
        reg [31:0] missing;
        begin
            missing     = address[31:0] & ((32'd1 << shape[2:0]) - 32'd1);
            burst_bytes = (({24'd0, length} + 32'd1) << shape[2:0])
                        - ((shape[4:3] == 2'b00) ? missing * ({24'd0, length} + 32'd1) : missing);
        end
    endfunction

    // Up to a cycle, both included.
    task give_answers(input [63:0] last);
        reg [63:0] command;
        reg [63:0] response;
        reg [63:0] answer_cycle;
        reg        due;
        begin
            due = 1'b1;
            while (due && answered != command_head) begin
                command      = harness.commands.command[answered[7:0]];
                response     = harness.commands.response[answered[7:0]];
                // The last cycle before now with these lower bits.
                answer_cycle = cycle - {34'd0, cycle[29:0] - response[63:34]};
                due          = answer_cycle <= last;
                if (due) begin
                    $fwrite(out, "%u", {(command[63] ? response[31:0] : 32'd0), 2'b00, command[61:32], answer_cycle,
                                        16'd0, 6'd0, response[33:32] != 2'd0, ~command[63], 8'd1, 16'd20, EVENT});
                    if (command[63]) $fwrite(out, "%c%u", REGISTER_VALUE | {6'd0, response[33:32]}, response[31:0]);
                    else             $fwrite(out, "%c", REGISTER_WRITTEN | {6'd0, response[33:32]});
                    answered = answered + 9'd1;
                    refused  = refused + {31'd0, response[33:32] != 2'd0};
                end
            end
        end
    endtask

    // ---- consecutive bytes that the device has written
    reg  [63:0] run_rows [0:511];
    reg  [11:0] run_bytes;
    reg  [63:0] run_start;
    reg  [63:0] run_cycle;

    task take_row;
        reg [63:0] row_address;
        reg [63:0] row;
        reg [15:0] row_info;
        integer    lane;
        begin
            row_address = {harness.events.event_write_beat[at[11:0]][63:3], 3'd0};
            row         = harness.events.event_row_data[at[11:0]];
            row_info    = harness.events.event_row_info[at[11:0]];
            if (row_info[7:0] == 8'hff && run_bytes[2:0] == 3'd0 && (run_bytes == 12'd0 || row_address == run_start + {52'd0, run_bytes})) begin
                if (run_bytes == 12'd0) run_start = row_address;
                run_rows[run_bytes[11:3]] = row;
                run_bytes = run_bytes + 12'd8;
                run_cycle = when;
            end else
                for (lane = 0; lane < 8; lane = lane + 1)
                    if (row_info[lane]) begin
                        if (run_bytes != 12'd0 && row_address + lane != run_start + {52'd0, run_bytes}) give_run;
                        if (run_bytes == 12'd0) run_start = row_address + lane;
                        run_rows[run_bytes[11:3]][8*run_bytes[2:0] +: 8] = row[8*lane +: 8];
                        run_bytes = run_bytes + 12'd1;
                        run_cycle = when;
                    end
            if (row_info[8]) give_run;
        end
    endtask

    task give_run;
        reg [11:0] byte_at;
        reg [63:0] last_row;
        begin
            if (run_bytes != 12'd0) begin
                give_answers(run_cycle);
                $fwrite(out, "%u", {run_start, run_cycle, 32'h0000_0004, 4'd0, run_bytes + 12'd20, EVENT});
                for (byte_at = 12'd0; byte_at + 12'd8 <= run_bytes; byte_at = byte_at + 12'd8)
                    $fwrite(out, "%u", run_rows[byte_at[11:3]]);
                last_row = run_rows[byte_at[11:3]];
                for (byte_at = {run_bytes[11:3], 3'd0}; byte_at != run_bytes; byte_at = byte_at + 12'd1)
                    $fwrite(out, "%c", last_row[8*byte_at[2:0] +: 8]);
                run_bytes = 12'd0;
            end
        end
    endtask
endmodule

`default_nettype wire
