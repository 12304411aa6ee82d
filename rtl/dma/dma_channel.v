// The registers and the life of one channel: what to move, start, abort, outcome. The data path (`dma_h2c`, `dma_c2h`)
// sees only transfers that have been checked.
`default_nettype none
`include "dma_spec.vh"

module dma_channel #(
    parameter ADDR_W          = 64,
    parameter CARD_BYTES_LOG2 = 17,
    // 1 when the data path writes host memory; reported with an error.
    parameter IS_WRITE        = 0
) (
    input  wire                       clk,
    input  wire                       rst,

    // Register port: `address` is the offset in the channel's block; `write_mask` has the bits of the bytes written.
    input  wire                       write,
    input  wire [7:0]                 address,
    input  wire [31:0]                write_data,
    input  wire [31:0]                write_mask,
    input  wire [7:0]                 read_address,
    output reg  [31:0]                read_data,

    input  wire                       bus_master,
    // Pulse in the cycle in which BUSY falls, or in which a START is refused.
    output wire                       done_event,
    output wire                       error_event,

    output wire                       start,
    output wire                       abort,
    output wire [ADDR_W-1:0]          host_address,
    output wire [CARD_BYTES_LOG2-1:0] card_address,
    output wire [CARD_BYTES_LOG2:0]   length,
    input  wire                       finished,
    input  wire [3:0]                 error_kind,
    input  wire [ADDR_W-1:0]          error_address,
    input  wire [CARD_BYTES_LOG2:0]   residue
);
    reg [31:0] host_address_low;
    reg [31:0] host_address_high;
    reg [31:0] card_address_r;
    reg [31:0] length_r;
    reg        busy;
    reg        done;
    reg        halted;
    reg [3:0]  kind;
    reg [63:0] failed_address;
    reg [31:0] residue_r;
    reg [31:0] completed;

    // ---- commands
    wire [11:0] offset      = {4'd0, address};
    wire [11:0] read_offset = {4'd0, read_address};
    wire        command     = write & (offset == `HILT_CHANNEL_COMMAND) & write_mask[0];
    wire        wants_start = command & write_data[`HILT_CHANNEL_COMMAND_START_LSB] & ~busy;
    assign abort = command & write_data[`HILT_CHANNEL_COMMAND_ABORT_LSB];

    // ---- checks, the first that fails is reported
    wire [32:0] card_end     = {1'b0, card_address_r} + {1'b0, length_r};
    wire        out_of_card  = card_end > (33'd1 << CARD_BYTES_LOG2);
    wire [32:0] host_end_low = {1'b0, host_address_low} + {1'b0, length_r};
    wire        high_is_top;
    wire        out_of_host  = (host_end_low > 33'h1_0000_0000) & high_is_top;
    wire [3:0]  refusal      = (length_r == 0) ? `HILT_ERROR_ZERO_LENGTH
                             : out_of_card     ? `HILT_ERROR_CARD_RANGE
                             : out_of_host     ? `HILT_ERROR_HOST_RANGE
                             : ~bus_master     ? `HILT_ERROR_BUS_MASTER_OFF
                             :                   `HILT_ERROR_NONE;
    wire        refused      = wants_start & (refusal != `HILT_ERROR_NONE);

    assign start        = wants_start & (refusal == `HILT_ERROR_NONE);
    assign card_address = card_address_r[CARD_BYTES_LOG2-1:0];
    assign length       = length_r[CARD_BYTES_LOG2:0];
    assign done_event   = finished & (error_kind == `HILT_ERROR_NONE);
    assign error_event  = refused | (finished & (error_kind != `HILT_ERROR_NONE));

    wire [31:0] host_address_high_read;
    wire [63:0] wide_error_address;

    generate
        if (ADDR_W > 32) begin : wide
            assign host_address = {host_address_high[ADDR_W-33:0], host_address_low};
            assign high_is_top  = &host_address_high[ADDR_W-33:0];
            assign host_address_high_read = host_address_high;
        end else begin : narrow
            assign host_address = host_address_low;
            assign high_is_top  = 1'b1;
            assign host_address_high_read = 32'd0;
            wire unused = &{1'b0, host_address_high};
        end
        if (ADDR_W < 64) begin : pad
            assign wide_error_address = {{(64-ADDR_W){1'b0}}, error_address};
        end else begin : full
            assign wide_error_address = error_address;
        end
    endgenerate

    // ---- parameters of the transfer
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

    // ---- outcome
    always @(posedge clk) begin
        if (rst) begin
            busy           <= 1'b0;
            done           <= 1'b0;
            halted         <= 1'b0;
            kind           <= `HILT_ERROR_NONE;
            failed_address <= 0;
            residue_r      <= 0;
            completed      <= 0;
        end else if (wants_start) begin
            busy           <= ~refused;
            done           <= 1'b0;
            halted         <= refused;
            kind           <= refusal;
            failed_address <= 0;
            residue_r      <= refused ? length_r : 0;
            completed      <= completed + {31'd0, refused};
        end else if (finished) begin
            busy           <= 1'b0;
            done           <= done_event;
            halted         <= error_event;
            kind           <= error_kind;
            failed_address <= (error_kind == `HILT_ERROR_NONE) ? 64'd0 : wide_error_address;
            residue_r      <= {{(31-CARD_BYTES_LOG2){1'b0}}, residue};
            completed      <= completed + 32'd1;
        end
    end

    wire       is_bus_error = (kind == `HILT_ERROR_SLVERR) | (kind == `HILT_ERROR_DECERR);
    wire [6:0] error        = {is_bus_error & (IS_WRITE != 0), `HILT_STAGE_DATA, kind};

    always @* begin
        case (read_offset)
            `HILT_CHANNEL_STATUS:             read_data = {29'd0, halted, done, busy};
            `HILT_CHANNEL_HOST_ADDRESS_LOW:   read_data = host_address_low;
            `HILT_CHANNEL_HOST_ADDRESS_HIGH:  read_data = host_address_high_read;
            `HILT_CHANNEL_CARD_ADDRESS:       read_data = card_address_r;
            `HILT_CHANNEL_LENGTH:             read_data = length_r;
            `HILT_CHANNEL_RESIDUE:            read_data = residue_r;
            `HILT_CHANNEL_ERROR:              read_data = {25'd0, error};
            `HILT_CHANNEL_ERROR_ADDRESS_LOW:  read_data = failed_address[31:0];
            `HILT_CHANNEL_ERROR_ADDRESS_HIGH: read_data = failed_address[63:32];
            `HILT_CHANNEL_COMPLETED:          read_data = completed;
            default:                          read_data = 32'd0;
        endcase
    end
endmodule

`default_nettype wire
