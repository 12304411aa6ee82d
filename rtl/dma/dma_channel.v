// The registers and the life of one channel: which transfer is next (the one in the registers, or the ring's next
// descriptor), whether it may start, its outcome. The data path (`dma_h2c`, `dma_c2h`) sees only transfers that have been
// checked.
`default_nettype none
`include "dma_spec.vh"

module dma_channel #(
    parameter ADDR_W            = 64,
    parameter CARD_BYTES_LOG2   = 17,
    parameter WORD_BYTES_LOG2   = 3,
    // 1 when the data path writes host memory; reported with an error.
    parameter IS_WRITE          = 0,
    parameter RINGS             = 1,
    parameter COMPACT           = 1,
    parameter COMPLETIONS       = 1,
    parameter COALESCING        = 1,
    parameter RING_ENTRIES_LOG2 = 16
) (
    input  wire                            clk,
    input  wire                            rst,

    // Register port: `address` is the offset in the channel's block; `write_mask` has the bits of the bytes written.
    input  wire                            write,
    input  wire [7:0]                      address,
    input  wire [31:0]                     write_data,
    input  wire [31:0]                     write_mask,
    input  wire [7:0]                      read_address,
    output reg  [31:0]                     read_data,

    input  wire                            bus_master,
    // Ends what is in flight and starts nothing more; `busy` falls.
    input  wire                            quiesce,
    output wire                            busy,
    output wire                            done_event,
    // Pulse in the cycle in which BUSY falls after a failure, or in which a START is refused.
    output wire                            error_event,

    output wire                            start,
    output wire                            abort,
    output wire [ADDR_W-1:0]               host_address,
    output wire [CARD_BYTES_LOG2-1:0]      card_address,
    output wire [CARD_BYTES_LOG2:0]        length,
    input  wire                            finished,
    input  wire [3:0]                      error_kind,
    input  wire [ADDR_W-1:0]               error_address,
    input  wire [CARD_BYTES_LOG2:0]        residue,

    // Descriptors and completion records.
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
    localparam [1:0] IDLE   = 2'd0;
    localparam [1:0] MOVE   = 2'd1; // the data path is at work
    localparam [1:0] SETTLE = 2'd2; // the ring records the outcome
    localparam [1:0] DRAIN  = 2'd3; // the channel halts once no fetch is in flight

    reg  [1:0]  state;
    reg         aborting;
    reg         of_ring; // what is in work came from the ring
    reg         done;
    reg         halted;
    reg  [3:0]  kind;
    reg  [1:0]  stage;
    reg         was_write;
    reg  [15:0] index;
    reg  [63:0] failed_address;
    reg  [31:0] residue_r;
    reg  [31:0] completed;
    wire        idle = state == IDLE;

    // ---- the ring
    wire              ring_is_on;
    wire              ring_turns_on;
    wire              ring_has_work;
    wire              ring_idle;
    wire [15:0]       ring_head;
    wire              descriptor_valid;
    wire [63:0]       descriptor_host_address;
    wire [63:0]       descriptor_card_address;
    wire [31:0]       descriptor_length;
    wire              descriptor_malformed;
    wire              descriptor_failed;
    wire [1:0]        descriptor_response;
    wire [ADDR_W-1:0] descriptor_failed_address;
    wire              ring_settled;
    wire [3:0]        ring_settled_kind;
    wire [ADDR_W-1:0] ring_settled_address;
    wire              ring_done_event;
    wire [31:0]       ring_read_data;

    // ---- commands
    wire [11:0] offset       = {4'd0, address};
    wire [11:0] read_offset  = {4'd0, read_address};
    wire        command      = write & (offset == `HILT_CHANNEL_COMMAND) & write_mask[0];
    wire        wants_start  = command & write_data[`HILT_CHANNEL_COMMAND_START_LSB] & ~busy & ~ring_is_on & ~quiesce;
    wire        wants_resume = command & write_data[`HILT_CHANNEL_COMMAND_RESUME_LSB] & ~busy & ring_is_on & halted;
    wire        wants_abort  = (command & write_data[`HILT_CHANNEL_COMMAND_ABORT_LSB]) | quiesce | (of_ring & ~ring_is_on);

    // ---- the next transfer
    wire        may_take   = idle & ring_is_on & ~halted & ~quiesce;
    wire        is_barred  = may_take & ring_has_work & ~bus_master;
    wire        take       = may_take & descriptor_valid & bus_master;
    wire        proposed   = take | wants_start;
    reg  [31:0] host_address_low;
    reg  [31:0] host_address_high;
    reg  [31:0] card_address_r;
    reg  [31:0] length_r;
    wire [63:0] job_host   = ring_is_on ? descriptor_host_address : {host_address_high, host_address_low};
    wire [63:0] job_card   = ring_is_on ? descriptor_card_address : {32'd0, card_address_r};
    wire [31:0] job_length = ring_is_on ? descriptor_length : length_r;

    // ---- checks, the first that fails is reported
    // Only what is no longer than the card's memory is looked at further, so the sums have no more bits than that takes.
    localparam  SPAN_W        = CARD_BYTES_LOG2 + 1;
    wire        is_long       = (job_length >> SPAN_W) != 0;
    wire [SPAN_W:0] card_end  = {1'b0, job_card[SPAN_W-1:0]} + {1'b0, job_length[SPAN_W-1:0]};
    wire        out_of_card   = is_long | ((job_card >> SPAN_W) != 0) | (card_end > (1 << CARD_BYTES_LOG2));
    wire [SPAN_W:0] host_end  = {1'b0, job_host[SPAN_W-1:0]} + {1'b0, job_length[SPAN_W-1:0]};
    // The end lies beyond the last address of 32 bits.
    wire        leaves_4g     = (&job_host[31:SPAN_W]) & (host_end > (1 << SPAN_W));
    wire        out_of_host;
    wire        is_unreadable = ring_is_on & descriptor_failed;
    wire        is_malformed  = ring_is_on & descriptor_malformed;
    wire [3:0]  unreadable    = descriptor_response[1] ? {2'b00, descriptor_response} : `HILT_ERROR_BURST_LENGTH;
    wire [3:0]  refusal       = is_unreadable     ? unreadable
                              : is_malformed      ? `HILT_ERROR_MALFORMED
                              : (job_length == 0) ? `HILT_ERROR_ZERO_LENGTH
                              : out_of_card       ? `HILT_ERROR_CARD_RANGE
                              : out_of_host       ? `HILT_ERROR_HOST_RANGE
                              : ~bus_master       ? `HILT_ERROR_BUS_MASTER_OFF
                              : aborting          ? `HILT_ERROR_ABORTED
                              :                     `HILT_ERROR_NONE;
    wire        is_refused    = refusal != `HILT_ERROR_NONE;
    wire        refuses_start = wants_start & is_refused;

    assign start        = proposed & ~is_refused;
    assign abort        = aborting | ~bus_master;
    assign card_address = job_card[CARD_BYTES_LOG2-1:0];
    assign length       = job_length[CARD_BYTES_LOG2:0];
    assign host_address = job_host[ADDR_W-1:0];

    wire [63:0] wide_error_address;
    wire [63:0] wide_descriptor_address;
    wire [63:0] wide_settled_address;
    wire [31:0] host_address_high_read;

    generate
        if (ADDR_W > 32) begin : wide
            wire high_is_top = &job_host[ADDR_W-1:32];
            assign host_address_high_read = host_address_high;
            if (ADDR_W < 64) begin : bounded
                assign out_of_host = (leaves_4g & high_is_top) | (job_host[63:ADDR_W] != 0);
            end else begin : full
                assign out_of_host = leaves_4g & high_is_top;
            end
        end else begin : narrow
            assign out_of_host = leaves_4g | (ring_is_on & (job_host[63:32] != 0));
            assign host_address_high_read = 32'd0;
        end
        if (ADDR_W < 64) begin : pad
            assign wide_error_address      = {{(64-ADDR_W){1'b0}}, error_address};
            assign wide_descriptor_address = {{(64-ADDR_W){1'b0}}, descriptor_failed_address};
            assign wide_settled_address    = {{(64-ADDR_W){1'b0}}, ring_settled_address};
        end else begin : no_pad
            assign wide_error_address      = error_address;
            assign wide_descriptor_address = descriptor_failed_address;
            assign wide_settled_address    = ring_settled_address;
        end
    endgenerate

    // ---- parameters of the register-mode transfer
    wire [31:0] kept = ~write_mask;
    wire [31:0] data = write_data & write_mask;

    always @(posedge clk) begin
        if (rst) begin
            host_address_low  <= 0;
            host_address_high <= 0;
            card_address_r    <= 0;
            length_r          <= 0;
        end else if (write) begin
            case (offset)
                `HILT_CHANNEL_HOST_ADDRESS_LOW:  host_address_low  <= (host_address_low & kept) | data;
                `HILT_CHANNEL_HOST_ADDRESS_HIGH: host_address_high <= (host_address_high & kept) | data;
                `HILT_CHANNEL_CARD_ADDRESS:      card_address_r    <= (card_address_r & kept) | data;
                `HILT_CHANNEL_LENGTH:            length_r          <= (length_r & kept) | data;
                default: ;
            endcase
        end
    end

    // ---- states
    wire [3:0] moved_kind  = ((error_kind == `HILT_ERROR_ABORTED) & ~aborting) ? `HILT_ERROR_BUS_MASTER_OFF : error_kind;
    wire       moved       = (state == MOVE) & finished;
    wire       settled     = (state == SETTLE) & ring_settled;
    wire       record_fails = settled & (kind == `HILT_ERROR_NONE) & (ring_settled_kind != `HILT_ERROR_NONE);
    wire       ends_well   = (moved & ~of_ring & (moved_kind == `HILT_ERROR_NONE))
                           | (settled & (kind == `HILT_ERROR_NONE) & ~record_fails);
    wire       ends_badly  = moved & ~of_ring & (moved_kind != `HILT_ERROR_NONE);
    wire       drained     = (state == DRAIN) & ring_idle;

    assign busy        = ~idle | ~ring_idle | (ring_has_work & ~halted & ~quiesce);
    assign done_event  = ring_done_event | (moved & ~of_ring & (moved_kind == `HILT_ERROR_NONE));
    assign error_event = refuses_start | ends_badly | drained;

    always @(posedge clk) begin
        if (rst)
            state <= IDLE;
        else
            case (state)
                IDLE:    state <= (take & is_refused) ? SETTLE : start ? MOVE : is_barred ? DRAIN : IDLE;
                MOVE:    state <= ~finished ? MOVE : of_ring ? SETTLE : IDLE;
                SETTLE:  state <= ~settled ? SETTLE : ends_well ? IDLE : DRAIN;
                default: state <= drained ? IDLE : DRAIN;
            endcase

        if (rst | ~busy | drained | ends_badly)
            aborting <= 1'b0;
        else if (wants_abort)
            aborting <= 1'b1;

        if (rst | idle) of_ring <= take;
    end

    // ---- outcome; without a kind of error the rest of ERROR is not looked at
    wire is_bus_error = (moved_kind == `HILT_ERROR_SLVERR) | (moved_kind == `HILT_ERROR_DECERR);

    always @(posedge clk) begin
        if (rst) begin
            done           <= 1'b0;
            halted         <= 1'b0;
            kind           <= `HILT_ERROR_NONE;
            failed_address <= 64'd0;
            residue_r      <= 32'd0;
            completed      <= 32'd0;
        end else begin
            if (proposed) begin
                done           <= 1'b0;
                kind           <= refusal;
                stage          <= (is_unreadable | is_malformed) ? `HILT_STAGE_DESCRIPTOR : `HILT_STAGE_DATA;
                was_write      <= 1'b0;
                index          <= take ? ring_head : 16'd0;
                failed_address <= is_unreadable ? wide_descriptor_address : 64'd0;
                residue_r      <= (is_refused & ~is_unreadable) ? job_length : 32'd0;
            end else if (moved) begin
                kind           <= moved_kind;
                was_write      <= is_bus_error & (IS_WRITE != 0);
                failed_address <= (moved_kind == `HILT_ERROR_NONE) ? 64'd0 : wide_error_address;
                residue_r      <= {{(31-CARD_BYTES_LOG2){1'b0}}, residue};
            end else if (record_fails) begin
                kind           <= ring_settled_kind;
                stage          <= `HILT_STAGE_COMPLETION;
                was_write      <= ring_settled_kind != `HILT_ERROR_BUS_MASTER_OFF;
                failed_address <= wide_settled_address;
            end else if (is_barred) begin
                done           <= 1'b0;
                kind           <= `HILT_ERROR_BUS_MASTER_OFF;
                stage          <= `HILT_STAGE_DESCRIPTOR;
                was_write      <= 1'b0;
                index          <= ring_head;
                residue_r      <= 32'd0;
            end else if (wants_resume | ring_turns_on) begin
                kind           <= `HILT_ERROR_NONE;
                failed_address <= 64'd0;
            end

            if (ends_well) done <= 1'b1;

            if (error_event)
                halted <= 1'b1;
            else if (start | wants_resume | ring_turns_on)
                halted <= 1'b0;

            completed <= completed + {31'd0, refuses_start | (moved & ~of_ring) | settled};
        end
    end

    generate
        if (RINGS != 0) begin : rings
            dma_ring #(
                .ADDR_W(ADDR_W),
                .WORD_BYTES_LOG2(WORD_BYTES_LOG2),
                .COMPACT(COMPACT),
                .COMPLETIONS(COMPLETIONS),
                .COALESCING(COALESCING),
                .RING_ENTRIES_LOG2(RING_ENTRIES_LOG2)
            ) ring (
                .clk(clk),
                .rst(rst),
                .write(write),
                .address(address),
                .write_data(write_data),
                .write_mask(write_mask),
                .read_address(read_address),
                .read_data(ring_read_data),
                .bus_master(bus_master),
                .channel_busy(~idle),
                .hold((state == DRAIN) | halted | quiesce),
                .is_on(ring_is_on),
                .turns_on(ring_turns_on),
                .has_work(ring_has_work),
                .idle(ring_idle),
                .head(ring_head),
                .descriptor_valid(descriptor_valid),
                .descriptor_take(take),
                .descriptor_host_address(descriptor_host_address),
                .descriptor_card_address(descriptor_card_address),
                .descriptor_length(descriptor_length),
                .descriptor_malformed(descriptor_malformed),
                .descriptor_failed(descriptor_failed),
                .descriptor_response(descriptor_response),
                .descriptor_failed_address(descriptor_failed_address),
                .settle(state == SETTLE),
                .settle_error({was_write, stage, kind}),
                .settle_residue(residue_r),
                .settled(ring_settled),
                .settled_kind(ring_settled_kind),
                .settled_address(ring_settled_address),
                .halts(drained),
                .done_event(ring_done_event),
                .arvalid(arvalid),
                .arready(arready),
                .araddr(araddr),
                .arlen(arlen),
                .rvalid(rvalid),
                .rdata(rdata),
                .rresp(rresp),
                .rlast(rlast),
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
        end else begin : no_rings
            assign ring_is_on                = 1'b0;
            assign ring_turns_on             = 1'b0;
            assign ring_has_work             = 1'b0;
            assign ring_idle                 = 1'b1;
            assign ring_head                 = 16'd0;
            assign descriptor_valid          = 1'b0;
            assign descriptor_host_address   = 64'd0;
            assign descriptor_card_address   = 64'd0;
            assign descriptor_length         = 32'd0;
            assign descriptor_malformed      = 1'b0;
            assign descriptor_failed         = 1'b0;
            assign descriptor_response       = 2'b00;
            assign descriptor_failed_address = {ADDR_W{1'b0}};
            assign ring_settled              = 1'b0;
            assign ring_settled_kind         = `HILT_ERROR_NONE;
            assign ring_settled_address      = {ADDR_W{1'b0}};
            assign ring_done_event           = 1'b0;
            assign ring_read_data            = 32'd0;
            assign arvalid                   = 1'b0;
            assign araddr                    = {ADDR_W{1'b0}};
            assign arlen                     = 8'd0;
            assign awvalid                   = 1'b0;
            assign awaddr                    = {ADDR_W{1'b0}};
            assign awlen                     = 8'd0;
            assign wvalid                    = 1'b0;
            assign wdata                     = {(8<<WORD_BYTES_LOG2){1'b0}};
            assign wlast                     = 1'b0;
            wire unused = &{1'b0, arready, rvalid, rdata, rresp, rlast, awready, wready, bvalid, bresp};
        end
    endgenerate

    wire [31:0] error = ({28'd0, kind} << `HILT_CHANNEL_ERROR_KIND_LSB)
                      | ({30'd0, stage} << `HILT_CHANNEL_ERROR_STAGE_LSB)
                      | ({31'd0, was_write} << `HILT_CHANNEL_ERROR_WRITE_LSB)
                      | ({16'd0, index} << `HILT_CHANNEL_ERROR_INDEX_LSB);

    always @* begin
        case (read_offset)
            `HILT_CHANNEL_STATUS:             read_data = {29'd0, halted, done, busy};
            `HILT_CHANNEL_HOST_ADDRESS_LOW:   read_data = host_address_low;
            `HILT_CHANNEL_HOST_ADDRESS_HIGH:  read_data = host_address_high_read;
            `HILT_CHANNEL_CARD_ADDRESS:       read_data = card_address_r;
            `HILT_CHANNEL_LENGTH:             read_data = length_r;
            `HILT_CHANNEL_RESIDUE:            read_data = residue_r;
            `HILT_CHANNEL_ERROR:              read_data = (kind == `HILT_ERROR_NONE) ? 32'd0 : error;
            `HILT_CHANNEL_ERROR_ADDRESS_LOW:  read_data = failed_address[31:0];
            `HILT_CHANNEL_ERROR_ADDRESS_HIGH: read_data = failed_address[63:32];
            `HILT_CHANNEL_COMPLETED:          read_data = completed;
            default:                          read_data = ring_read_data;
        endcase
    end
endmodule

`default_nettype wire
