// The host's end inside a simulator under cocotb: the clock of the harness, and the far end of the control channel. Not
// synthesizable.
//
// Messages are those of docs/wire.md; they come and go through two named pipes, `up` and `down`, in the folder of the plusarg
// `hilt`: Verilog can open no socket. Python is not woken for any of them but a reset and the end, so a crossing costs what
// the pipes and the cycles cost.
`default_nettype none

module hilt_cocotb #(
    parameter        DATA_W            = 64,
    parameter        RAM_BYTES_LOG2    = 25,
    parameter        REGION_BYTES_LOG2 = 24,
    parameter        IRQ_LINES         = 1,
    parameter        ROUGH             = 0,
    parameter [31:0] BUILD_HASH        = 32'h0
);
    // First bytes and codes of the messages.
    localparam [3:0]  REGISTER_READ    = 4'h8;
    localparam [3:0]  REGISTER_WRITE   = 4'h9;
    localparam [3:0]  CONTROL          = 4'hf;
    localparam [7:0]  REGISTER_VALUE   = 8'h30;
    localparam [7:0]  REGISTER_WRITTEN = 8'h40;
    localparam [7:0]  ANSWER           = 8'hf1;
    localparam [7:0]  FAILED           = 8'hf3;
    localparam [15:0] EVENT            = 16'h10f0;

    // Codes of control messages.
    localparam [7:0] CYCLE     = 8'd2;
    localparam [7:0] RUN_UNTIL = 8'd3;
    localparam [7:0] RESET     = 8'd4;
    localparam [7:0] EVENTS    = 8'd9;
    localparam [7:0] INJECT    = 8'd10;
    localparam [7:0] END       = 8'd12;
    localparam [7:0] FINISH    = 8'd13;
    localparam [7:0] WAIT      = 8'd14;
    localparam [7:0] LIST      = 8'd15;
    localparam [7:0] LOG       = 8'd17;
    localparam [7:0] MEMORY    = 8'd18;

    // What Python is asked for.
    localparam [7:0] TEST_ENDS   = 8'd1;
    localparam [7:0] TEST_BEGINS = 8'd2;
    localparam [7:0] IS_OVER     = 8'd3;
    localparam [7:0] IS_X        = 8'd4;

    // What ends a run before its last cycle.
    localparam [2:0] ALL_ANSWERED = 3'd1;
    localparam [2:0] RISEN        = 3'd2;
    localparam [2:0] HIGH_THEN    = 3'd4;

    // Without an answer for so long a register access has none.
    localparam [31:0] LIMIT_CYCLES       = 32'd10_000;
    localparam [31:0] LIFE_CYCLES        = 32'd4000;
    localparam [31:0] RESET_CYCLES       = 32'd4;
    // Sized: it stands in a concatenation.
    localparam [15:0] STATE_BYTES        = 12 + 4 * IRQ_LINES;

    // Why a request is not met.
    localparam [15:0] TEXT_BYTES = 16'd45;
    localparam [8*45-1:0] BROKEN  = "an operation before it in the list has failed";
    localparam [8*45-1:0] ABORTED = "aborted: something else has been asked for   ";
    localparam [8*45-1:0] UNKNOWN = "there is no such request in a harness        ";
    localparam [8*45-1:0] NO_ROOM = "no room, or no such error of host memory     ";

    reg clk /* verilator public_flat_rw */;
    reg rst;
    // Cycles that are left to take; who takes them says so by `ran` where that is not this module.
    reg [31:0] cycles /* verilator public_flat_rw */;
    reg        ran    /* verilator public_flat_rw */;
    reg go   /* verilator public_flat_rw */;
    reg done /* verilator public_flat_rw */;
    reg [7:0]  asked  /* verilator public_flat_rw */;
    reg [63:0] detail /* verilator public_flat_rw */;
    // Code of the user's runs beside the design.
    reg        beside /* verilator public_flat_rw */;

    // ---- inputs, as the host writes them: src/links/cocotb/settings-words.ts
    reg [31:0] words [0:63];
    integer    place;
    initial begin
        clk  = 1'b0;
        rst  = 1'b1;
        go   = 1'b0;
        done = 1'b0;
        cycles = 32'd0;
        ran  = 1'b0;
        beside = 1'b0;
        for (place = 0; place < 64; place = place + 1) words[place] = 32'd0;
    end

    // Register accesses since the reset, those that were answered, and of those the refused.
    reg  [8:0]  posted;
    reg  [8:0]  answered;
    reg  [31:0] refused;
    reg  [2:0]  stop_mask;
    reg  [32*IRQ_LINES-1:0] seen;
    reg  [12:0] event_tail;
    wire        stop /* verilator public_flat_rd */;
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
        .host_command_tail(posted),
        .host_event_tail(event_tail),
        .host_keeps_writes(1'b1),
        .host_irq_seen(seen),
        .host_stop_mask(stop_mask),
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

    // ---- the channel: `up` from the host, `down` to it
    string       folder;
    integer      up;
    integer      down;
    integer      result;
    // The first byte of a message, and what a control message has before its payload.
    integer      first;
    reg  [7:0]   code;
    reg  [31:0]  length;
    // The code that is to be answered.
    reg  [7:0]   request;
    // It has been read, and nobody has taken it.
    reg          is_read;
    // The bytes of a message after its head, the first the lowest.
    reg  [511:0] bytes;
    integer      index;

    // Of the device, when time has passed last.
    reg  [IRQ_LINES-1:0]    levels;
    reg  [32*IRQ_LINES-1:0] rises;
    // The rises when no register access was under way last.
    reg  [32*IRQ_LINES-1:0] quiet_rises;
    // The host has sent something else while time passed.
    reg          is_aborted;
    reg          is_finished;
    // What is asked before the next list or reset is not done.
    reg          is_broken;
    reg          in_list;
    reg  [32*IRQ_LINES-1:0] list_rises;
    reg  [31:0]  list_refused;

    initial begin
        if (!$value$plusargs("hilt=%s", folder)) folder = ".";
        forget;
        is_read    = 1'b0;
        is_aborted = 1'b0;
        is_broken  = 1'b0;
        in_list    = 1'b0;
        run_bytes  = 12'd0;
`ifdef VERILATOR
        // Nothing is allowed before the host says so. Where there is X, that allows nothing, and a start takes half as long.
        for (index = 0; index < (1 << (REGION_BYTES_LOG2 - 6)); index = index + 1) begin
            harness.memory.read_permission[index]  = 32'd0;
            harness.memory.write_permission[index] = 32'd0;
        end
`endif
        // Python waits for this: what it would set before may be lost.
        #1;
        ask_python(8'd0, 64'd0);
        up   = $fopen({folder, "/up"}, "rb");
        down = $fopen({folder, "/down"}, "wb");
        give_life;
        forever begin
            take_head;
            is_read = 1'b0;
            case (first[7:4])
                REGISTER_READ, REGISTER_WRITE: take_access;
                CONTROL: if (code == MEMORY) take_memory; else take_request;
                default: ask_python(IS_OVER, 64'd0);
            endcase
        end
    end

    // Python does something while time stands still.
    task ask_python(input [7:0] what, input [63:0] more);
        begin
            asked  = what;
            detail = more;
            done   = ~done;
            @(go);
        end
    endtask

    // Time passes only in between, so whoever else writes to the pipe writes whole messages.
    task flush;
        begin
            $fflush(down);
            $fflush;
        end
    endtask

    // Of the next message.
    task take_head;
        if (!is_read) begin
            first = $fgetc(up);
            // The host is gone.
            if (first < 0) ask_python(IS_OVER, 64'd0);
            if (first[7:4] == CONTROL) begin
                take_bytes(3);
                code   = bytes[7:0];
                length = {16'd0, bytes[23:8]};
            end
            is_read = 1'b1;
        end
    endtask

    task take_bytes(input integer count);
        integer at_byte;
        for (at_byte = 0; at_byte < count; at_byte = at_byte + 1) bytes[8*at_byte +: 8] = $fgetc(up);
    endtask

    task take_access;
        reg        is_write;
        reg        is_long;
        reg [29:0] address;
        reg [31:0] value;
        begin
            is_write = first[7:4] == REGISTER_WRITE;
            is_long  = first[0];
            take_bytes((is_long ? 4 : 2) + (is_write ? 4 : 0));
            address = is_long ? bytes[29:0] : {14'd0, bytes[15:0]};
            value   = ~is_write ? 32'd0 : is_long ? bytes[63:32] : bytes[47:16];
            // As many are under way as there may be.
            if (posted - answered == 9'd256 && !is_broken) begin
                finish(LIMIT_CYCLES);
                is_broken  = is_aborted;
                is_aborted = 1'b0;
            end
            if (!is_broken) begin
                harness.commands.command[posted[7:0]] = {is_write ? 2'd1 : 2'd2, address, value};
                posted = posted + 9'd1;
            end
        end
    endtask

    // Elements of an array come whole, the first byte the highest. Those of a large one take a way round: of an array that a system
    // task gets Icarus makes a handle for each element, which are 100 MB for RAM.
    reg [63:0] new_rows  [0:8191];
    reg [31:0] new_words [0:16383];

    task take_memory;
        reg [31:0] offset;
        reg [31:0] count;
        integer    element;
        begin
            take_bytes(8);
            offset = bytes[63:32];
            count  = length - 32'd8;
            case (bytes[31:0])
                32'd0:   result = $fread(words, up, offset >> 2, count >> 2);
                32'd1:   result = $fread(new_rows, up, 0, count >> 3);
                32'd2:   result = $fread(harness.memory.page_table, up, offset >> 1, count >> 1);
                default: result = $fread(new_words, up, 0, count >> 2);
            endcase
            case (bytes[31:0])
                32'd1:
                    for (element = 0; element < count >> 3; element = element + 1)
                        harness.memory.ram[(offset >> 3) + element] = new_rows[element];
                32'd3:
                    for (element = 0; element < count >> 2; element = element + 1)
                        harness.memory.read_permission[(offset >> 2) + element] = new_words[element];
                32'd4:
                    for (element = 0; element < count >> 2; element = element + 1)
                        harness.memory.write_permission[(offset >> 2) + element] = new_words[element];
                default: ;
            endcase
        end
    endtask

    task forget;
        begin
            posted      = 9'd0;
            answered    = 9'd0;
            refused     = 32'd0;
            event_tail  = 13'd0;
            levels      = {IRQ_LINES{1'b0}};
            rises       = {32*IRQ_LINES{1'b0}};
            quiet_rises = rises;
            seen        = rises;
            stop_mask   = 3'd0;
        end
    endtask

`include "hilt_cocotb_requests.vh"
`include "hilt_cocotb_time.vh"
`include "hilt_cocotb_log.vh"
endmodule

`default_nettype wire
