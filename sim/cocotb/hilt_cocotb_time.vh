// How time passes in the harness; included in hilt_cocotb.

    // Until every register access is answered, or for `limit` cycles none is.
    task finish(input [31:0] limit);
        reg [8:0]  known;
        reg [63:0] start;
        begin
            is_finished = 1'b1;
            while (posted != answered && is_finished) begin
                known  = answered;
                start  = cycle;
                seen   = rises;
                pass(cycle + {32'd0, limit}, ALL_ANSWERED);
                is_finished = !is_aborted && (answered != known || cycle - start < {32'd0, limit});
            end
        end
    endtask

    // Time passes up to a cycle, or until one of `stops` holds; in pieces, for the host must know that this is alive.
    task pass(input [63:0] last, input [2:0] stops);
        reg ended;
        begin
            stop_mask = stops & (ALL_ANSWERED | RISEN);
            if (beside) flush;
            ended = cycle >= last;
            while (!ended) begin
                take_cycles((last - cycle < {32'd0, LIFE_CYCLES}) ? last[31:0] - cycle[31:0] : LIFE_CYCLES);
                if (stop === 1'bx) ask_python(IS_X, cycle);
                give_log;
                levels = irq;
                rises  = irq_rises;
                if (posted == answered) quiet_rises = rises;
                ended = cycle >= last || |(stop_cause & stop_mask);
                if (!ended) give_life;
                if (is_aborted) ended = 1'b1;
            end
        end
    endtask

    // As many cycles, which is one at least, or fewer if `stop` holds before an edge.
`ifdef VERILATOR
    // hilt_verilator.cpp takes them.
    task take_cycles(input [31:0] most);
        begin
            cycles = most;
            @(ran);
        end
    endtask
`else
    task take_cycles(input [31:0] most);
        begin
            // What depends on inputs, or on the falling edge, settles.
            #5;
            for (cycles = most; cycles != 32'd0 && stop === 1'b0; cycles = cycles - 32'd1) begin
                clk = 1'b1;
                #5;
                clk = 1'b0;
                #5;
            end
        end
    endtask
`endif

    // A sign of life. The host answers it with the same, or asks for something else: it does not wait for this any more.
    task give_life;
        begin
            $fwrite(down, "%u", {16'd0, LOG, 8'hf0});
            flush;
            take_head;
            is_aborted = first[7:4] != CONTROL || code != LOG;
            if (!is_aborted) is_read = 1'b0;
        end
    endtask
