// Reads descriptors of a ring ahead of their use: blocks of up to 256 bytes, into a buffer of 512, one descriptor at a
// time from there into `descriptor_*`.
//
// Only descriptors from `head` up to `tail` are read, never one twice. Room is reserved before AR, so that R is never
// held back. A failed beat marks its descriptor and no other; one with RLAST too early or too late does so at once, since the
// rest of its descriptor may never come.
`default_nettype none
`include "dma_spec.vh"

module dma_descriptor_fetch #(
    parameter ADDR_W          = 64,
    parameter WORD_BYTES_LOG2 = 3
) (
    input  wire                            clk,
    input  wire                            rst,

    // While `flush`, nothing is read and everything read is dropped; reading goes on at `head`.
    input  wire                            flush,
    input  wire                            enable,
    input  wire                            compact,
    input  wire [4:0]                      entries_log2,
    input  wire [ADDR_W-1:0]               base,
    input  wire [15:0]                     head,
    input  wire [15:0]                     tail,
    // No access is in flight; with `flush`, nothing is kept either.
    output wire                            idle,

    output reg                             arvalid,
    input  wire                            arready,
    output reg  [ADDR_W-1:0]               araddr,
    output reg  [7:0]                      arlen,
    input  wire                            rvalid,
    input  wire [(8<<WORD_BYTES_LOG2)-1:0] rdata,
    input  wire [1:0]                      rresp,
    input  wire                            rlast,

    output wire                            descriptor_valid,
    input  wire                            descriptor_take,
    output wire [63:0]                     descriptor_host_address,
    output wire [63:0]                     descriptor_card_address,
    output wire [31:0]                     descriptor_length,
    output wire                            descriptor_interrupt,
    output wire                            descriptor_end,
    output wire                            descriptor_malformed,
    output wire [31:0]                     descriptor_tag,
    // RRESP of its first failed beat, or EXOKAY where RLAST was wrong, and that beat's offset in the descriptor.
    output reg                             descriptor_failed,
    output reg  [1:0]                      descriptor_response,
    output reg  [4:0]                      descriptor_failed_offset
);
    localparam WIDTH       = 8 << WORD_BYTES_LOG2;
    localparam BLOCK_WORDS = 256 >> WORD_BYTES_LOG2;
    localparam PLACE_W     = 9 - WORD_BYTES_LOG2; // of a word in the buffer
    localparam ORDER_W     = 5 - WORD_BYTES_LOG2; // of a word in a descriptor
    localparam [1:0] WRONG_LAST = 2'b01;

    // ---- the next block
    reg  [15:0] index;
    wire [16:0] entries   = 17'd1 << entries_log2;
    wire [16:0] available = ((tail >= index) ? {1'b0, tail} : entries) - {1'b0, index};
    wire [20:0] place     = compact ? {1'b0, index, 4'd0} : {index, 5'd0};
    wire [ADDR_W-1:0] address = base + {{(ADDR_W-21){1'b0}}, place};
    wire [4:0]  to_block  = compact ? 5'd16 - {1'b0, address[7:4]} : 5'd8 - {2'b00, address[7:5]};
    wire [4:0]  count     = (available < {12'd0, to_block}) ? available[4:0] : to_block;
    wire [PLACE_W-1:0] wide_count = {{(PLACE_W-5){1'b0}}, count};
    wire [PLACE_W-1:0] words = compact ? wide_count << (4 - WORD_BYTES_LOG2) : wide_count << (5 - WORD_BYTES_LOG2);
    wire [PLACE_W-1:0] words_less1 = words - {{(PLACE_W-1){1'b0}}, 1'b1};

    reg  [PLACE_W:0] reserved;
    reg  [1:0]       in_flight;
    wire             pop;
    wire             has_room = reserved <= BLOCK_WORDS[PLACE_W:0];
    wire             issue    = enable & ~flush & (available != 0) & has_room & ~arvalid & (in_flight != 2'd3);
    wire             ended    = rvalid & rlast;

    assign idle = ~arvalid & (in_flight == 2'd0);

    always @(posedge clk) begin
        if (rst) begin
            arvalid   <= 1'b0;
            in_flight <= 2'd0;
            reserved  <= 0;
        end else begin
            arvalid   <= issue | (arvalid & ~arready);
            in_flight <= in_flight + {1'b0, issue} - {1'b0, ended};
            if (flush)
                reserved <= 0;
            else
                reserved <= reserved + (issue ? {1'b0, words} : {(PLACE_W+1){1'b0}}) - {{PLACE_W{1'b0}}, pop};
        end
        if (issue) begin
            araddr <= address;
            arlen  <= {{(8-PLACE_W){1'b0}}, words_less1};
        end
        if (flush)
            index <= head;
        else if (issue)
            index <= (index + {11'd0, count}) & (entries[15:0] - 16'd1);
    end

    // ---- where RLAST is due: the lengths of the bursts in flight, and the place in the oldest
    reg  [PLACE_W-1:0] length [0:3];
    reg  [1:0]         issued;
    reg  [1:0]         ended_count;
    reg  [PLACE_W-1:0] beat;
    wire               is_due = beat == length[ended_count];
    wire [1:0]         told   = (rlast == is_due) ? rresp & {2{rresp[1]}} : WRONG_LAST;

    always @(posedge clk) begin
        if (rst) begin
            issued      <= 2'd0;
            ended_count <= 2'd0;
            beat        <= 0;
        end else begin
            issued      <= issued + {1'b0, issue};
            ended_count <= ended_count + {1'b0, ended};
            if (rvalid) beat <= rlast ? {PLACE_W{1'b0}} : beat + {{(PLACE_W-1){1'b0}}, 1'b1};
        end
        if (issue) length[issued] <= words_less1;
    end

    // ---- buffer
    reg  [WIDTH-1:0] buffer          [0:(1<<PLACE_W)-1];
    reg  [1:0]       buffer_response [0:(1<<PLACE_W)-1];
    reg  [PLACE_W:0] write_place;
    reg  [PLACE_W:0] read_place;
    reg  [WIDTH-1:0] word;
    reg  [1:0]       word_response;
    reg              word_valid;

    always @(posedge clk) begin
        if (rst | flush) begin
            write_place <= 0;
            read_place  <= 0;
        end else begin
            write_place <= write_place + {{PLACE_W{1'b0}}, rvalid};
            read_place  <= read_place + {{PLACE_W{1'b0}}, pop};
        end
        if (rvalid) begin
            buffer[write_place[PLACE_W-1:0]]          <= rdata;
            buffer_response[write_place[PLACE_W-1:0]] <= told;
        end
        if (pop) begin
            word          <= buffer[read_place[PLACE_W-1:0]];
            word_response <= buffer_response[read_place[PLACE_W-1:0]];
        end
        word_valid <= pop & ~flush & ~rst;
    end

    // ---- one descriptor, shifted in word by word from the top
    reg  [255:0]       content;
    reg  [ORDER_W:0]   popped;
    reg  [ORDER_W:0]   loaded;
    wire [ORDER_W:0]   whole = compact ? {2'b01, {(ORDER_W-1){1'b0}}} : {1'b1, {ORDER_W{1'b0}}};

    assign pop              = (read_place != write_place) & (popped != whole);
    wire              is_cut = descriptor_failed & (descriptor_response == WRONG_LAST);
    assign descriptor_valid = (loaded == whole) | is_cut;

    always @(posedge clk) begin
        if (rst | flush | descriptor_take) begin
            popped            <= 0;
            loaded            <= 0;
            descriptor_failed <= 1'b0;
        end else begin
            popped <= popped + {{ORDER_W{1'b0}}, pop};
            loaded <= loaded + {{ORDER_W{1'b0}}, word_valid};
            if (word_valid & (word_response != 2'b00)) descriptor_failed <= 1'b1;
        end
        if (word_valid) begin
            content <= {word, content[255:WIDTH]};
            if (~descriptor_failed) begin
                descriptor_response      <= word_response;
                descriptor_failed_offset <= {loaded[ORDER_W-1:0], {WORD_BYTES_LOG2{1'b0}}};
            end
        end
    end

    wire [127:0] short = content[255:128];
    assign descriptor_host_address = compact ? short[`HILT_COMPACT_HOST_ADDRESS_LSB +: `HILT_COMPACT_HOST_ADDRESS_W]
                                             : content[`HILT_DESCRIPTOR_HOST_ADDRESS_LSB +: `HILT_DESCRIPTOR_HOST_ADDRESS_W];
    assign descriptor_card_address = compact ? {32'd0, short[`HILT_COMPACT_CARD_ADDRESS_LSB +: `HILT_COMPACT_CARD_ADDRESS_W]}
                                             : content[`HILT_DESCRIPTOR_CARD_ADDRESS_LSB +: `HILT_DESCRIPTOR_CARD_ADDRESS_W];
    assign descriptor_length       = compact ? {8'd0, short[`HILT_COMPACT_LENGTH_LSB +: `HILT_COMPACT_LENGTH_W]}
                                             : content[`HILT_DESCRIPTOR_LENGTH_LSB +: `HILT_DESCRIPTOR_LENGTH_W];
    assign descriptor_interrupt    = compact ? short[`HILT_COMPACT_INTERRUPT_LSB] : content[`HILT_DESCRIPTOR_INTERRUPT_LSB];
    assign descriptor_end          = compact ? short[`HILT_COMPACT_END_LSB] : content[`HILT_DESCRIPTOR_END_LSB];
    assign descriptor_malformed    = compact ? |short[`HILT_COMPACT_RESERVED_LSB +: `HILT_COMPACT_RESERVED_W]
                                             : |content[`HILT_DESCRIPTOR_RESERVED_LSB +: `HILT_DESCRIPTOR_RESERVED_W];
    assign descriptor_tag          = compact ? 32'd0 : content[`HILT_DESCRIPTOR_TAG_LSB +: 32];
endmodule

`default_nettype wire
