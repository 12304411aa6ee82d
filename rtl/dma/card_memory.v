// The card's memory: one write and one read port, each of a whole bus word at any byte address per cycle.
//
// Words with even and odd numbers lie in two banks, so that an unaligned word, which touches two neighbours, takes one
// access to each bank. Addresses wrap at the end; the channels check ranges before they move anything.
`default_nettype none

module card_memory #(
    parameter BYTES_LOG2      = 17,
    parameter WORD_BYTES_LOG2 = 3
) (
    input  wire                            clk,

    input  wire                            write_enable,
    input  wire [BYTES_LOG2-1:0]           write_address,
    input  wire [(1<<WORD_BYTES_LOG2)-1:0] write_strobe,
    input  wire [(8<<WORD_BYTES_LOG2)-1:0] write_data,

    // Data follow in the cycle after `read_enable` and stay until the next one.
    input  wire                            read_enable,
    input  wire [BYTES_LOG2-1:0]           read_address,
    output wire [(8<<WORD_BYTES_LOG2)-1:0] read_data
);
    localparam WORD_BYTES = 1 << WORD_BYTES_LOG2;
    localparam WIDTH      = 8 * WORD_BYTES;
    localparam INDEX_W    = BYTES_LOG2 - WORD_BYTES_LOG2 - 1;

    // Tests look at them from behind.
    reg [WIDTH-1:0] even [0:(1<<INDEX_W)-1] /* verilator public_flat_rw */;
    reg [WIDTH-1:0] odd  [0:(1<<INDEX_W)-1] /* verilator public_flat_rw */;

    // ---- write
    wire [WORD_BYTES_LOG2-1:0] write_lane = write_address[WORD_BYTES_LOG2-1:0];
    wire                       write_odd  = write_address[WORD_BYTES_LOG2];
    wire [INDEX_W-1:0]         write_odd_index  = write_address[BYTES_LOG2-1:WORD_BYTES_LOG2+1];
    wire [INDEX_W-1:0]         write_even_index = write_odd_index + {{(INDEX_W-1){1'b0}}, write_odd};
    wire [WORD_BYTES-1:0]      write_upper = {WORD_BYTES{1'b1}} << write_lane;
    wire [WORD_BYTES-1:0]      rotated_strobe;
    wire [WIDTH-1:0]           rotated_data;

    // Lanes from `write_lane` on belong to the addressed word, those below to the next one.
    assign rotated_strobe = (write_strobe << write_lane)
                          | (write_strobe >> ({1'b1, {WORD_BYTES_LOG2{1'b0}}} - {1'b0, write_lane}));

    byte_rotate #(.BYTES_LOG2(WORD_BYTES_LOG2)) write_rotate (
        .in(write_data),
        .amount({WORD_BYTES_LOG2{1'b0}} - write_lane),
        .out(rotated_data)
    );

    wire [WORD_BYTES-1:0] even_strobe = rotated_strobe & (write_upper ^ {WORD_BYTES{write_odd}});
    wire [WORD_BYTES-1:0] odd_strobe  = rotated_strobe & (write_upper ^ {WORD_BYTES{~write_odd}});

    integer i;
    always @(posedge clk) begin
        if (write_enable) begin
            for (i = 0; i < WORD_BYTES; i = i + 1) begin
                if (even_strobe[i]) even[write_even_index][8*i +: 8] <= rotated_data[8*i +: 8];
                if (odd_strobe[i])  odd[write_odd_index][8*i +: 8]   <= rotated_data[8*i +: 8];
            end
        end
    end

    // ---- read
    wire                       read_odd        = read_address[WORD_BYTES_LOG2];
    wire [INDEX_W-1:0]         read_odd_index  = read_address[BYTES_LOG2-1:WORD_BYTES_LOG2+1];
    wire [INDEX_W-1:0]         read_even_index = read_odd_index + {{(INDEX_W-1){1'b0}}, read_odd};
    reg  [WIDTH-1:0]           even_word;
    reg  [WIDTH-1:0]           odd_word;
    reg                        odd_first;
    reg  [WORD_BYTES_LOG2-1:0] first_lane;

    always @(posedge clk) begin
        if (read_enable) begin
            even_word  <= even[read_even_index];
            odd_word   <= odd[read_odd_index];
            odd_first  <= read_odd;
            first_lane <= read_address[WORD_BYTES_LOG2-1:0];
        end
    end

    wire [WORD_BYTES-1:0] first_lanes = {WORD_BYTES{1'b1}} << first_lane;
    wire [WORD_BYTES-1:0] odd_lanes   = first_lanes ^ {WORD_BYTES{~odd_first}};
    wire [WIDTH-1:0]      odd_mask;
    wire [WIDTH-1:0]      merged      = (odd_word & odd_mask) | (even_word & ~odd_mask);

    genvar lane;
    generate
        for (lane = 0; lane < WORD_BYTES; lane = lane + 1) begin : mask
            assign odd_mask[8*lane +: 8] = {8{odd_lanes[lane]}};
        end
    endgenerate

    byte_rotate #(.BYTES_LOG2(WORD_BYTES_LOG2)) read_rotate (
        .in(merged),
        .amount(first_lane),
        .out(read_data)
    );
endmodule

`default_nettype wire
