// The ring of one channel: its registers, the descriptors ahead of the channel, completion records, head and phase, and
// the coalescing of interrupts. The channel (`dma_channel`) takes a descriptor, works it off, and says `settle`.
`default_nettype none
`include "dma_spec.vh"

module dma_ring #(
    parameter ADDR_W            = 64,
    parameter WORD_BYTES_LOG2   = 3,
    parameter COMPACT           = 1,
    parameter COMPLETIONS       = 1,
    parameter COALESCING        = 1,
    parameter RING_ENTRIES_LOG2 = 16
) (
    input  wire                            clk,
    input  wire                            rst,

    input  wire                            write,
    input  wire [7:0]                      address,
    input  wire [31:0]                     write_data,
    input  wire [31:0]                     write_mask,
    input  wire [7:0]                      read_address,
    output reg  [31:0]                     read_data,

    input  wire                            bus_master,
    // The channel is at work; the ring's place and form can't be changed.
    input  wire                            channel_busy,
    // Nothing may be fetched, and what was is dropped.
    input  wire                            hold,
    output wire                            is_on,
    // Pulse: the ring was switched on.
    output wire                            turns_on,
    // Descriptors wait, fetched or not.
    output wire                            has_work,
    // No fetch is in flight.
    output wire                            idle,
    output reg  [15:0]                     head,

    output wire                            descriptor_valid,
    input  wire                            descriptor_take,
    output wire [63:0]                     descriptor_host_address,
    output wire [63:0]                     descriptor_card_address,
    output wire [31:0]                     descriptor_length,
    output wire                            descriptor_malformed,
    output wire                            descriptor_failed,
    output wire [1:0]                      descriptor_response,
    output wire [ADDR_W-1:0]               descriptor_failed_address,

    // High while the outcome of the descriptor that was taken last is to be recorded, until `settled`.
    input  wire                            settle,
    input  wire [6:0]                      settle_error, // {write, stage, kind}
    input  wire [31:0]                     settle_residue,
    output wire                            settled,
    // An error of the record itself, with `settled`.
    output wire [3:0]                      settled_kind,
    output wire [ADDR_W-1:0]               settled_address,
    // The channel halts: nothing that is coalesced may wait longer.
    input  wire                            halts,
    output wire                            done_event,

    output wire                            arvalid,
    input  wire                            arready,
    output wire [ADDR_W-1:0]               araddr,
    output wire [7:0]                      arlen,
    input  wire                            rvalid,
    input  wire [(8<<WORD_BYTES_LOG2)-1:0] rdata,
    input  wire [1:0]                      rresp,
    input  wire                            rlast,
    output wire                            awvalid,
    input  wire                            awready,
    output wire [ADDR_W-1:0]               awaddr,
    output wire [7:0]                      awlen,
    output wire                            wvalid,
    input  wire                            wready,
    output wire [(8<<WORD_BYTES_LOG2)-1:0] wdata,
    output wire                            wlast,
    input  wire                            bvalid,
    input  wire [1:0]                      bresp
);
    // ---- registers
    reg         enable;
    reg         compact_r;
    reg         completions_r;
    reg  [4:0]  entries_log2;
    reg  [63:4] base;
    reg  [63:4] completion_base;
    reg  [15:0] tail;
    reg  [7:0]  coalesce_count;
    reg  [15:0] coalesce_time;

    wire [11:0] offset      = {4'd0, address};
    wire [11:0] read_offset = {4'd0, read_address};
    wire [31:0] kept        = ~write_mask;
    wire [31:0] data        = write_data & write_mask;
    wire        compact     = (COMPACT != 0) & compact_r;
    wire        completions = (COMPLETIONS != 0) & completions_r;

    wire        is_free       = ~enable & ~channel_busy & idle;
    wire        write_control = write & (offset == `HILT_CHANNEL_RING_CONTROL) & write_mask[0] & write_mask[8];
    wire        wants_on      = write_data[`HILT_CHANNEL_RING_CONTROL_ENABLE_LSB];
    wire [4:0]  new_entries   = write_data[`HILT_CHANNEL_RING_CONTROL_ENTRIES_LOG2_LSB +: `HILT_CHANNEL_RING_CONTROL_ENTRIES_LOG2_W];
    wire        is_size       = (new_entries != 5'd0) & (new_entries <= RING_ENTRIES_LOG2[4:0]);
    wire [15:0] last_index    = (16'd1 << entries_log2) - 16'd1;

    // Both rings must end within the host's addresses. Their sizes are powers of two, 2**21 bytes at most: one leaves if all bits
    // above its size are ones and not all below are zeros.
    wire        new_compact   = (COMPACT != 0) & write_data[`HILT_CHANNEL_RING_CONTROL_COMPACT_LSB];
    wire        new_records   = (COMPLETIONS != 0) & write_data[`HILT_CHANNEL_RING_CONTROL_COMPLETIONS_LSB];
    wire [20:0] record_span   = (21'd16 << new_entries) - 21'd1;
    wire [20:0] ring_span     = new_compact ? record_span : {record_span[19:0], 1'b1};
    wire [20:0] ring_low      = {base[20:5], base[4] & new_compact, 4'd0};
    wire        ring_leaves   = (&base[ADDR_W-1:21]) & (&(ring_low | ring_span)) & (|(ring_low & ring_span));
    wire        record_leaves = (&completion_base[ADDR_W-1:21]) & (&(completion_base[20:4] | record_span[20:4]))
                              & (|(completion_base[20:4] & record_span[20:4]));
    // Looked at when it is asked for, so that a simulation need not compute it in each cycle.
    wire [1:0]  leaves        = write_control ? {ring_leaves, new_records & record_leaves} : 2'b00;

    assign turns_on = write_control & is_free & wants_on & is_size & (leaves == 2'b00);
    assign is_on    = enable;
    assign has_work = enable & (head != tail);

    always @(posedge clk) begin
        if (rst) begin
            enable          <= 1'b0;
            compact_r       <= 1'b0;
            completions_r   <= 1'b0;
            entries_log2    <= 5'd0;
            base            <= 60'd0;
            completion_base <= 60'd0;
            coalesce_count  <= 8'd0;
            coalesce_time   <= 16'd0;
        end else if (write) begin
            if (write_control) begin
                if (is_free) begin
                    enable        <= turns_on;
                    compact_r     <= new_compact;
                    completions_r <= new_records;
                    entries_log2  <= new_entries;
                end else if (~wants_on)
                    enable <= 1'b0;
            end
            if (is_free) begin
                case (offset)
                    `HILT_CHANNEL_RING_BASE_LOW:        base[31:4]             <= (base[31:4] & kept[31:4]) | data[31:4];
                    `HILT_CHANNEL_RING_BASE_HIGH:       base[63:32]            <= (base[63:32] & kept) | data;
                    `HILT_CHANNEL_COMPLETION_BASE_LOW:  completion_base[31:4]  <= (completion_base[31:4] & kept[31:4]) | data[31:4];
                    `HILT_CHANNEL_COMPLETION_BASE_HIGH: completion_base[63:32] <= (completion_base[63:32] & kept) | data;
                    default: ;
                endcase
            end
            if (offset == `HILT_CHANNEL_COALESCE) begin
                if (write_mask[0])  coalesce_count      <= write_data[7:0];
                if (write_mask[16]) coalesce_time[7:0]  <= write_data[23:16];
                if (write_mask[24]) coalesce_time[15:8] <= write_data[31:24];
            end
        end
    end

    always @(posedge clk) begin
        if (rst | ~enable)
            tail <= 16'd0;
        else if (write & (offset == `HILT_CHANNEL_RING_TAIL) & write_mask[0] & write_mask[8])
            tail <= write_data[15:0] & last_index;
    end

    // ---- descriptors
    wire        descriptor_interrupt;
    wire        descriptor_end;
    wire [31:0] descriptor_tag;
    wire [4:0]  failed_offset;
    wire [20:0] head_place = compact ? {1'b0, head, 4'd0} : {head, 5'd0};
    wire [ADDR_W-1:0] ring_base = {base[ADDR_W-1:5], base[4] & compact, 4'd0};

    assign descriptor_failed_address = ring_base + {{(ADDR_W-21){1'b0}}, head_place | {16'd0, failed_offset}};

    dma_descriptor_fetch #(
        .ADDR_W(ADDR_W),
        .WORD_BYTES_LOG2(WORD_BYTES_LOG2)
    ) fetch (
        .clk(clk),
        .rst(rst),
        .flush(hold | ~enable),
        .enable(bus_master),
        .compact(compact),
        .entries_log2(entries_log2),
        .base(ring_base),
        .head(head),
        .tail(tail),
        .idle(idle),
        .arvalid(arvalid),
        .arready(arready),
        .araddr(araddr),
        .arlen(arlen),
        .rvalid(rvalid),
        .rdata(rdata),
        .rresp(rresp),
        .rlast(rlast),
        .descriptor_valid(descriptor_valid),
        .descriptor_take(descriptor_take),
        .descriptor_host_address(descriptor_host_address),
        .descriptor_card_address(descriptor_card_address),
        .descriptor_length(descriptor_length),
        .descriptor_interrupt(descriptor_interrupt),
        .descriptor_end(descriptor_end),
        .descriptor_malformed(descriptor_malformed),
        .descriptor_tag(descriptor_tag),
        .descriptor_failed(descriptor_failed),
        .descriptor_response(descriptor_response),
        .descriptor_failed_offset(failed_offset)
    );

    // Of the descriptor in work; nothing of one that could not be read is believed.
    reg        interrupt;
    reg        is_end;
    reg [31:0] tag;

    always @(posedge clk) begin
        if (descriptor_take) begin
            interrupt <= descriptor_interrupt & ~descriptor_failed;
            is_end    <= descriptor_end & ~descriptor_failed;
            tag       <= descriptor_failed ? 32'd0 : descriptor_tag;
        end
    end

    // ---- outcome: residue of the whole transfer at its end, the record, then head and phase
    reg         phase;
    reg  [31:0] earlier_residue;
    reg         settling;
    wire        records       = completions & bus_master;
    wire [31:0] total_residue = earlier_residue + settle_residue;
    wire        writer_done;
    wire [1:0]  writer_response;
    wire [31:0] residue       = is_end ? total_residue : settle_residue;

    // In halves: a simulator computes a shift of more than 64 bits by a call, in each cycle.
    wire [63:0]  lower_half = ({48'd0, head} << `HILT_COMPLETION_INDEX_LSB)
                            | ({57'd0, settle_error} << `HILT_COMPLETION_STATUS_LSB)
                            | ({32'd0, residue} << `HILT_COMPLETION_RESIDUE_LSB);
    wire [63:0]  upper_half = ({32'd0, tag} << (`HILT_COMPLETION_TAG_LSB - 64))
                            | ({63'd0, phase} << (`HILT_COMPLETION_PHASE_LSB - 64));
    wire [127:0] record     = {upper_half, lower_half};

    assign settled         = settling ? writer_done : (settle & ~records);
    assign settled_kind    = settling    ? (writer_response[1] ? {2'b00, writer_response} : `HILT_ERROR_NONE)
                           : completions ? `HILT_ERROR_BUS_MASTER_OFF
                           :               `HILT_ERROR_NONE;
    assign settled_address = {completion_base[ADDR_W-1:4] + {{(ADDR_W-20){1'b0}}, head}, 4'd0};

    always @(posedge clk) begin
        if (rst)
            settling <= 1'b0;
        else if (settle & ~settling)
            settling <= records;
        else if (writer_done)
            settling <= 1'b0;

        if (rst | (~enable & ~channel_busy)) begin
            head            <= 16'd0;
            phase           <= 1'b1;
            earlier_residue <= 32'd0;
        end else if (settled) begin
            head            <= (head == last_index) ? 16'd0 : head + 16'd1;
            phase           <= phase ^ (head == last_index);
            earlier_residue <= is_end ? 32'd0 : total_residue;
        end
    end

    generate
        if (COMPLETIONS != 0) begin : completion
            dma_completion_writer #(
                .ADDR_W(ADDR_W),
                .WORD_BYTES_LOG2(WORD_BYTES_LOG2)
            ) writer (
                .clk(clk),
                .rst(rst),
                .start(settle & ~settling & records),
                .address(settled_address),
                .record(record),
                .done(writer_done),
                .response(writer_response),
                .awvalid(awvalid),
                .awready(awready),
                .awaddr(awaddr),
                .awlen(awlen),
                .wvalid(wvalid),
                .wready(wready),
                .wdata(wdata),
                .wlast(wlast),
                .bvalid(bvalid),
                .bresp(bresp)
            );
        end else begin : no_completion
            assign writer_done     = 1'b0;
            assign writer_response = 2'b00;
            assign awvalid         = 1'b0;
            assign awaddr          = {ADDR_W{1'b0}};
            assign awlen           = 8'd0;
            assign wvalid          = 1'b0;
            assign wdata           = {(8<<WORD_BYTES_LOG2){1'b0}};
            assign wlast           = 1'b0;
            wire unused = &{1'b0, record, awready, wready, bvalid, bresp};
        end
    endgenerate

    // ---- interrupts
    wire is_good = (settle_error[3:0] == `HILT_ERROR_NONE) & (settled_kind == `HILT_ERROR_NONE);

    dma_coalesce #(.ENABLED(COALESCING)) coalesce (
        .clk(clk),
        .rst(rst),
        .flagged(settled & is_good & interrupt),
        .flush(halts | ~enable),
        .count(coalesce_count),
        .time16(coalesce_time),
        .raise(done_event)
    );

    // ---- reads
    wire [31:0] control = ({31'd0, enable} << `HILT_CHANNEL_RING_CONTROL_ENABLE_LSB)
                        | ({31'd0, compact} << `HILT_CHANNEL_RING_CONTROL_COMPACT_LSB)
                        | ({31'd0, completions} << `HILT_CHANNEL_RING_CONTROL_COMPLETIONS_LSB)
                        | ({27'd0, entries_log2} << `HILT_CHANNEL_RING_CONTROL_ENTRIES_LOG2_LSB);
    wire [63:0] base_read;
    wire [63:0] completion_base_read;

    generate
        if (ADDR_W < 64) begin : narrow
            assign base_read            = {{(64-ADDR_W){1'b0}}, ring_base};
            assign completion_base_read = {{(64-ADDR_W){1'b0}}, completion_base[ADDR_W-1:4], 4'd0};
            wire unused = &{1'b0, base[63:ADDR_W], completion_base[63:ADDR_W]};
        end else begin : wide
            assign base_read            = ring_base;
            assign completion_base_read = {completion_base, 4'd0};
        end
    endgenerate

    always @* begin
        case (read_offset)
            `HILT_CHANNEL_RING_CONTROL:         read_data = control;
            `HILT_CHANNEL_RING_BASE_LOW:        read_data = base_read[31:0];
            `HILT_CHANNEL_RING_BASE_HIGH:       read_data = base_read[63:32];
            `HILT_CHANNEL_RING_HEAD:            read_data = {16'd0, head};
            `HILT_CHANNEL_RING_TAIL:            read_data = {16'd0, tail};
            `HILT_CHANNEL_COMPLETION_BASE_LOW:  read_data = (COMPLETIONS != 0) ? completion_base_read[31:0] : 32'd0;
            `HILT_CHANNEL_COMPLETION_BASE_HIGH: read_data = (COMPLETIONS != 0) ? completion_base_read[63:32] : 32'd0;
            `HILT_CHANNEL_COALESCE:             read_data = (COALESCING != 0) ? {coalesce_time, 8'd0, coalesce_count} : 32'd0;
            default:                            read_data = 32'd0;
        endcase
    end
endmodule

`default_nettype wire
