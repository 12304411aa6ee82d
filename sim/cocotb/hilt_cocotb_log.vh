// What has happened in the harness, as messages of the control channel; included in hilt_cocotb.

    // ---- what has happened, in the order of the cycles: answers of registers before events of the same cycle. Where nobody hears
    // of events, answers and what the device has written are all.
    wire        is_heard = words[39][0];
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
                if (is_heard && info[10:0] != 11'd0) give_run;
                if (is_heard && info[1:0] != 2'd0) begin
                    give_answers(when);
                    give_addresses;
                end
                // The address may have been taken in the same cycle.
                if (info[14]) take_row;
                if (is_heard && info[10:2] != 9'd0) begin
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
                $fwrite(down, "%u", {28'd0, info[35:32], burst_bytes(harness.events.event_read_address[at[11:0]], info[23:16], bursts[4:0]),
                                    harness.events.event_read_address[at[11:0]], when, 32'h0000_0002, 16'd28, EVENT});
            if (info[1])
                $fwrite(down, "%u", {28'd0, info[39:36], burst_bytes(harness.events.event_write_address[at[11:0]], info[31:24], bursts[12:8]),
                                    harness.events.event_write_address[at[11:0]], when, 32'h0000_0102, 16'd28, EVENT});
        end
    endtask

    task give_events;
        integer rule;
        begin
            if (info[6])
                $fwrite(down, "%u", {harness.events.event_read_beat[at[11:0]], when, 32'h0000_0006, 16'd20, EVENT});
            if (info[7])
                $fwrite(down, "%u", {harness.events.event_write_beat[at[11:0]], when, 32'h0000_0106, 16'd20, EVENT});
            if (info[9])
                $fwrite(down, "%u", {harness.events.event_read_beat[at[11:0]], when, 32'h0000_0007, 16'd20, EVENT});
            if (info[10])
                $fwrite(down, "%u", {harness.events.event_write_beat[at[11:0]], when, 32'h0000_0107, 16'd20, EVENT});
            if (info[2]) $fwrite(down, "%u", {28'd0, bursts[19:16], when, 32'h0000_0003, 16'd16, EVENT});
            if (info[3]) $fwrite(down, "%u", {28'd0, bursts[23:20], when, 32'h0000_0103, 16'd16, EVENT});
            if (info[4]) edges_of.give(1'b1);
            if (info[5]) edges_of.give(1'b0);
            if (info[8])
                for (rule = 0; rule < 24; rule = rule + 1)
                    if (info[40 + rule])
                        $fwrite(down, "%u", {rule, harness.events.event_violation[at[11:0]], when, 32'h0000_0008, 16'd24, EVENT});
        end
    endtask

    // An event for each interrupt line that rose, or that fell.
    generate
        if (IRQ_LINES == 1) begin : edges_of
            task give(input rises);
                $fwrite(down, "%u", {32'd0, when, 16'd0, 7'd0, rises, 8'd5, 16'd16, EVENT});
            endtask
        end else begin : edges_of
            task give(input rises);
                integer    each;
                reg [15:0] edges_here;
                begin
                    edges_here = harness.events.several.event_lines[at[11:0]];
                    for (each = 0; each < IRQ_LINES; each = each + 1)
                        if (edges_here[rises ? each : 8 + each])
                            $fwrite(down, "%u", {each, when, 16'd0, 7'd0, rises, 8'd5, 16'd16, EVENT});
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
                    if (is_heard)
                        $fwrite(down, "%u", {(command[63] ? response[31:0] : 32'd0), 2'b00, command[61:32], answer_cycle,
                                            16'd0, 6'd0, response[33:32] != 2'd0, ~command[63], 8'd1, 16'd20, EVENT});
                    if (command[63]) $fwrite(down, "%c%u", REGISTER_VALUE | {6'd0, response[33:32]}, response[31:0]);
                    else             $fwrite(down, "%c", REGISTER_WRITTEN | {6'd0, response[33:32]});
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
                $fwrite(down, "%u", {run_start, run_cycle, 32'h0000_0004, 4'd0, run_bytes + 12'd20, EVENT});
                for (byte_at = 12'd0; byte_at + 12'd8 <= run_bytes; byte_at = byte_at + 12'd8)
                    $fwrite(down, "%u", run_rows[byte_at[11:3]]);
                last_row = run_rows[byte_at[11:3]];
                for (byte_at = {run_bytes[11:3], 3'd0}; byte_at != run_bytes; byte_at = byte_at + 12'd1)
                    $fwrite(down, "%c", last_row[8*byte_at[2:0] +: 8]);
                run_bytes = 12'd0;
            end
        end
    endtask
