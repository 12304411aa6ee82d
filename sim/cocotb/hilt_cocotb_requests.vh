// Requests of the control channel, and their answers; included in hilt_cocotb.

    task take_request;
        begin
            request = code;
            take_bytes(length);
            if (is_broken && code != LIST && code != RESET && code != END) fail(BROKEN);
            else
                case (code)
                    CYCLE, EVENTS: begin
                        $fwrite(down, "%u", {cycle, 16'd8, request, ANSWER});
                        flush;
                    end
                    RUN_UNTIL: run_until;
                    RESET:     reset;
                    INJECT:    inject;
                    FINISH:    finish_request;
                    WAIT:      if (in_list) wait_request; else fail(UNKNOWN);
                    LIST:      list_request;
                    END: begin
                        answer(16'd0, 1'b0);
                        ask_python(IS_OVER, 64'd0);
                    end
                    default:   fail(UNKNOWN);
                endcase
        end
    endtask

    // The state of the device, and of a wait whether it was met.
    task answer(input [15:0] more, input is_met);
        if (is_aborted) begin
            is_aborted = 1'b0;
            is_broken  = 1'b1;
            fail(ABORTED);
        end else begin
            $fwrite(down, "%u", {rises, {(32 - IRQ_LINES){1'b0}}, levels, cycle, STATE_BYTES + more, request, ANSWER});
            if (more != 16'd0) $fwrite(down, "%c", {7'd0, is_met});
            flush;
        end
    endtask

    task fail(input [8*TEXT_BYTES-1:0] why);
        begin
            $fwrite(down, "%u%s", {TEXT_BYTES, request, FAILED}, why);
            flush;
        end
    endtask

    task run_until;
        reg [63:0] last;
        reg [2:0]  stops;
        begin
            last  = bytes[63:0];
            stops = (length < 32'd12) ? 3'd0 : bytes[66:64];
            seen  = bytes[96 +: 32*IRQ_LINES];
            if (|(stops & HIGH_THEN)) begin
                pass(last, RISEN | ALL_ANSWERED);
                stops = RISEN | ((levels != 0) ? ALL_ANSWERED : 3'd0);
            end
            pass(last, stops);
            answer(16'd0, 1'b0);
        end
    endtask

    task finish_request;
        begin
            finish(bytes[31:0]);
            if (in_list) is_broken = !is_finished || refused != list_refused;
            answer(16'd0, 1'b0);
        end
    endtask

    // A wait of a list: until an interrupt, or for some cycles; then until every register access is answered.
    task wait_request;
        reg [63:0] last;
        reg        is_message;
        reg [31:0] limit;
        reg [4:0]  line;
        reg        is_held;
        reg        is_met;
        begin
            last       = cycle + bytes[63:0];
            is_message = bytes[95:64] == 32'd1;
            limit      = bytes[127:96];
            line       = bytes[132:128];
            if (!is_message) list_rises[32*line +: 32] = rises[32*line +: 32];
            // Looked at once more after each piece of time.
            is_met = 1'b0;
            while (!is_met) begin
                is_met = (posted == answered && ((!is_message && levels[line]) || rises[32*line +: 32] != list_rises[32*line +: 32]))
                      || cycle >= last || is_aborted;
                if (!is_met) begin
                    is_held = posted != answered && (levels != 0 || rises != quiet_rises);
                    seen    = rises;
                    pass(last, RISEN | (is_held ? ALL_ANSWERED : 3'd0));
                end
            end
            finish(limit);
            is_broken = !is_finished || refused != list_refused;
            is_met    = !is_broken && ((!is_message && levels[line]) || rises[32*line +: 32] != list_rises[32*line +: 32]);
            if (is_met) list_rises[32*line +: 32] = rises[32*line +: 32];
            answer(16'd1, is_met);
        end
    endtask

    task list_request;
        begin
            in_list      = bytes[7:0] == 8'd1;
            list_rises   = rises;
            list_refused = refused;
            is_broken    = 1'b0;
            answer(16'd0, 1'b0);
        end
    endtask

    // As after power-up, but for memories. Code of the user's sees each test apart.
    task reset;
        begin
            ask_python(TEST_ENDS, {words[1], words[0]});
            is_broken = 1'b0;
            in_list   = 1'b0;
            words[27] = 32'd0;
            words[28] = 32'd0;
            words[39] = 32'd0;
            posted    = 9'd0;
            rst       = 1'b1;
            take_cycles(RESET_CYCLES);
            forget;
            rst = 1'b0;
            ask_python(TEST_BEGINS, 64'd0);
            answer(16'd0, 1'b0);
        end
    endtask

    // An error of host memory.
    task inject;
        reg [7:0]  mode;
        reg        direction;
        reg [3:0]  control;
        reg [3:0]  wanted;
        reg        is_found;
        begin
            mode      = bytes[7:0];
            direction = bytes[8];
            control   = {bytes[17:16], direction, ~direction};
            wanted    = (mode == 8'd0) ? 4'd0 : control;
            is_found  = mode == 8'd1;
            if (is_found) begin
                words[41 + direction] = (direction ? write_beats : read_beats) + bytes[63:32];
                if (direction) words[28][15:8] = bytes[23:16];
                else           words[28][7:0]  = bytes[23:16];
            end
            for (index = 0; index < 4; index = index + 1)
                if (!is_found && words[27][8*index +: 4] == wanted
                    && (mode == 8'd0 || {words[20 + 2*index], words[19 + 2*index]} == bytes[95:32])) begin
                    is_found                  = 1'b1;
                    words[27][8*index +: 4]   = (mode == 8'd0) ? control : 4'd0;
                    words[19 + 2*index]       = bytes[63:32];
                    words[20 + 2*index]       = bytes[95:64];
                end
            if (is_found) answer(16'd0, 1'b0);
            else          fail(NO_ROOM);
        end
    endtask
