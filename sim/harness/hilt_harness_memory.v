// Host memory behind AXI4: RAM that the host sees as it is, a page table, and a permission bit for every 8 bytes and
// direction. The host writes all of them directly.
//
// Each beat is translated and checked on its own; a beat outside answers DECERR, moves no data, and is reported. A beat
// that is to fail (`read_error`, `write_error`) answers that and moves no data; a write burst answers for its first bad
// beat. Timing: the first R beat may come LR cycles after its AR was taken, B may come LB cycles after the last W.
//
// With HILT_HOST_OUTSIDE there is no memory here: C++ round the model translates, checks and moves each row of 8 bytes.
`default_nettype none

module hilt_harness_memory #(
    parameter DATA_W            = 64, // 32 or 64
    parameter RAM_BYTES_LOG2    = 25,
    parameter REGION_BYTES_LOG2 = 24
) (
    input  wire        clk,
    input  wire        rst,

    input  wire [63:0] cfg_region_base_0,
    input  wire [63:0] cfg_region_base_1,
    input  wire [63:0] cfg_region_base_2,
    input  wire [63:0] cfg_region_base_3,
    input  wire [3:0]  cfg_region_enable,

    // Low bits of the cycle counter, and what chance says of this cycle.
    input  wire [31:0] cycle,
    input  wire        stall_ar,
    input  wire        stall_aw,
    input  wire        stall_w,
    input  wire        stall_r,
    input  wire        stall_b,
    input  wire [15:0] read_latency,
    input  wire [15:0] write_latency,
    // Bursts that may be in flight, 1 to 64.
    input  wire [6:0]  cfg_read_outstanding,
    input  wire [6:0]  cfg_write_outstanding,
    // What the beat at hand is to answer; OKAY for none.
    input  wire [1:0]  read_error,
    input  wire [1:0]  write_error,

    input  wire [3:0]  arid,
    input  wire [63:0] araddr,
    input  wire [7:0]  arlen,
    input  wire        arvalid,
    output wire        arready,
    output wire [3:0]  rid,
    output wire [DATA_W-1:0] rdata,
    output wire [1:0]  rresp,
    output wire        rlast,
    output wire        rvalid,
    input  wire        rready,
    input  wire [3:0]  awid,
    input  wire [63:0] awaddr,
    input  wire [7:0]  awlen,
    input  wire        awvalid,
    output wire        awready,
    input  wire [DATA_W-1:0] wdata,
    input  wire [DATA_W/8-1:0] wstrb,
    input  wire        wvalid,
    output wire        wready,
    output wire [3:0]  bid,
    output wire [1:0]  bresp,
    output wire        bvalid,
    input  wire        bready,

    // The beats at hand, and the burst that W beats belong to now, for the protocol rules.
    output wire        read_beat,
    output wire [63:0] read_beat_address,
    output wire        write_beat,
    output wire        write_is_open,
    output wire [63:0] write_beat_address,
    output wire        write_beat_is_first,
    output wire        write_beat_is_last,

    // The row of 8 bytes that the beat of this cycle writes: bytes with a strobe.
    output wire        row_written,
    output wire [63:0] row_data,
    output wire [7:0]  row_strobe,

    // The beat of this cycle was refused, or failed as it was to.
    output wire        read_fault,
    output wire        read_failed,
    output wire        write_fault,
    output wire        write_failed
);
    localparam [1:0] OKAY   = 2'b00;
    localparam [1:0] DECERR = 2'b11;

    localparam BEAT_BYTES_LOG2 = (DATA_W == 64) ? 3 : 2;
    localparam WORD_W     = RAM_BYTES_LOG2 - 3;
    localparam RAM_PAGE_W = RAM_BYTES_LOG2 - 12;
    localparam INDEX_W    = REGION_BYTES_LOG2 + 2;

`ifndef HILT_HOST_OUTSIDE
    reg [63:0]           ram              [0:(1<<WORD_W)-1] /* verilator public_flat_rw */;
    reg [RAM_PAGE_W-1:0] page_table       [0:(1<<(INDEX_W-12))-1] /* verilator public_flat_rw */;
    reg [31:0]           read_permission  [0:(1<<(INDEX_W-8))-1] /* verilator public_flat_rw */;
    reg [31:0]           write_permission [0:(1<<(INDEX_W-8))-1] /* verilator public_flat_rw */;
`endif

    // ---- AR queue
    reg [3:0]  ar_id      [0:63];
    reg [63:0] ar_address [0:63];
    reg [7:0]  ar_len     [0:63];
    reg [31:0] ar_due     [0:63];
    reg [6:0]  ar_head;
    reg [6:0]  ar_tail;

    wire [6:0] ar_count = ar_tail - ar_head;
    wire ar_full  = ar_count >= cfg_read_outstanding;
    wire ar_take  = arvalid & arready;
    assign arready = ~ar_full & ~stall_ar;

    // ---- R: the beat of the oldest burst; a beat that was refused by the master is held as it was
    reg  [7:0]         r_beat;
    reg                r_held;
    reg  [DATA_W-1:0]  r_held_data;
    reg  [1:0]         r_held_resp;
    wire [7:0]         r_len     = ar_len[ar_head[5:0]];
    wire [63:0]        r_start   = ar_address[ar_head[5:0]];
    wire [31:0]        r_wait    = cycle - ar_due[ar_head[5:0]];
    wire               r_is_due  = (ar_head != ar_tail) & ~r_wait[31];
    wire [63:0]        r_address = ({r_start[63:BEAT_BYTES_LOG2], {BEAT_BYTES_LOG2{1'b0}}})
                                 + ({56'd0, r_beat} << BEAT_BYTES_LOG2);
    wire [DATA_W-1:0]  r_data;
    wire               r_take    = rvalid & rready;

`ifdef HILT_HOST_OUTSIDE
`include "hilt_host_outside.vh"
`else
    wire               r_hit;
    wire [INDEX_W-1:0] r_index;
    wire [31:0]        r_row     = read_permission[r_index[INDEX_W-1:8]];
    wire               r_allowed = r_hit & r_row[r_index[7:3]];
    wire [WORD_W-1:0]  r_word    = {page_table[r_index[INDEX_W-1:12]], r_index[11:3]};
    wire               r_good    = r_allowed & (read_error == OKAY);
    wire [63:0]        r_row_data = r_good ? ram[r_word] : 64'd0;

    hilt_harness_lookup #(.REGION_BYTES_LOG2(REGION_BYTES_LOG2)) read_lookup (
        .address(r_address),
        .cfg_region_base_0(cfg_region_base_0),
        .cfg_region_base_1(cfg_region_base_1),
        .cfg_region_base_2(cfg_region_base_2),
        .cfg_region_base_3(cfg_region_base_3),
        .cfg_region_enable(cfg_region_enable),
        .hit(r_hit),
        .index(r_index)
    );
`endif

    assign rvalid = r_is_due & (r_held | ~stall_r);
    assign rdata  = r_held ? r_held_data : r_data;
    assign rresp  = r_held ? r_held_resp : r_allowed ? read_error : DECERR;
    assign rlast  = r_beat == r_len;
    assign rid    = ar_id[ar_head[5:0]];

    assign read_beat         = r_take;
    assign read_beat_address = r_address;
    assign read_fault        = r_take & ~r_allowed;
    assign read_failed       = r_take & r_allowed & rresp[1];

    always @(posedge clk) begin
        if (rst) begin
            ar_head <= 7'd0;
            ar_tail <= 7'd0;
            r_beat  <= 8'd0;
            r_held  <= 1'b0;
        end else begin
            ar_tail <= ar_tail + {6'd0, ar_take};
            ar_head <= ar_head + {6'd0, r_take & rlast};
            r_held  <= rvalid & ~rready;
            if (r_take) r_beat <= rlast ? 8'd0 : r_beat + 8'd1;
        end
        if (ar_take) begin
            ar_id[ar_tail[5:0]]      <= arid;
            ar_address[ar_tail[5:0]] <= araddr;
            ar_len[ar_tail[5:0]]     <= arlen;
            ar_due[ar_tail[5:0]]     <= cycle + {16'd0, read_latency};
        end
        if (rvalid & ~rready & ~r_held) begin
            r_held_data <= rdata;
            r_held_resp <= rresp;
        end
    end

    // ---- AW queue
    reg [3:0]  aw_id      [0:63];
    reg [63:0] aw_address [0:63];
    reg [7:0]  aw_len     [0:63];
    reg [6:0]  aw_head;
    reg [6:0]  aw_tail;

    // Bursts whose data or answer is to come.
    wire [6:0] aw_count = aw_tail - b_head;
    wire aw_full  = aw_count >= cfg_write_outstanding;
    wire aw_take  = awvalid & awready;
    assign awready = ~aw_full & ~stall_aw;

    // ---- W: beats belong to the oldest burst that is not complete
    reg  [7:0]         w_beat;
    reg  [1:0]         w_response; // of the first bad beat of the burst so far
    wire [7:0]         w_len     = aw_len[aw_head[5:0]];
    wire [63:0]        w_start   = aw_address[aw_head[5:0]];
    wire [63:0]        w_address = ({w_start[63:BEAT_BYTES_LOG2], {BEAT_BYTES_LOG2{1'b0}}})
                                 + ({56'd0, w_beat} << BEAT_BYTES_LOG2);
    wire               w_take    = wvalid & wready;
    wire               w_last    = w_beat == w_len;
    wire               w_strobed = wstrb != 0;
    wire [63:0]        w_row_data;
    wire [7:0]         w_row_strobe;
    wire               w_good    = w_allowed & (write_error == OKAY);
    wire [1:0]         w_answer  = (w_response != OKAY)     ? w_response
                                 : (~w_allowed & w_strobed) ? DECERR
                                 :                            write_error;

`ifndef HILT_HOST_OUTSIDE
    wire               w_hit;
    wire [INDEX_W-1:0] w_index;
    wire [31:0]        w_row     = write_permission[w_index[INDEX_W-1:8]];
    wire               w_allowed = w_hit & w_row[w_index[7:3]];
    wire [WORD_W-1:0]  w_word    = {page_table[w_index[INDEX_W-1:12]], w_index[11:3]};

    hilt_harness_lookup #(.REGION_BYTES_LOG2(REGION_BYTES_LOG2)) write_lookup (
        .address(w_address),
        .cfg_region_base_0(cfg_region_base_0),
        .cfg_region_base_1(cfg_region_base_1),
        .cfg_region_base_2(cfg_region_base_2),
        .cfg_region_base_3(cfg_region_base_3),
        .cfg_region_enable(cfg_region_enable),
        .hit(w_hit),
        .index(w_index)
    );
`endif

    assign write_is_open = aw_head != aw_tail;
    assign wready        = write_is_open & ~stall_w;

    assign write_beat          = w_take;
    assign write_beat_address  = (w_beat == 8'd0) ? w_start : w_address;
    assign write_beat_is_first = w_beat == 8'd0;
    assign write_beat_is_last  = w_last;

    assign row_written = w_take & w_good & w_strobed;
    assign row_data    = w_row_data;
    assign row_strobe  = w_row_strobe;

    // A beat without a strobe touches nothing and needs no permission.
    assign write_fault  = w_take & ~w_allowed & w_strobed;
    assign write_failed = w_take & (w_allowed | ~w_strobed) & (write_error != OKAY);

`ifndef HILT_HOST_OUTSIDE
    integer i;
`endif
    always @(posedge clk) begin
        if (rst) begin
            aw_head    <= 7'd0;
            aw_tail    <= 7'd0;
            w_beat     <= 8'd0;
            w_response <= OKAY;
        end else begin
            aw_tail <= aw_tail + {6'd0, aw_take};
            aw_head <= aw_head + {6'd0, w_take & w_last};
            if (w_take) begin
                w_beat     <= w_last ? 8'd0 : w_beat + 8'd1;
                w_response <= w_last ? OKAY : w_answer;
            end
        end
        if (aw_take) begin
            aw_id[aw_tail[5:0]]      <= awid;
            aw_address[aw_tail[5:0]] <= awaddr;
            aw_len[aw_tail[5:0]]     <= awlen;
        end
`ifndef HILT_HOST_OUTSIDE
        if (w_take & w_good) begin
            for (i = 0; i < 8; i = i + 1)
                if (w_row_strobe[i]) ram[w_word][8*i +: 8] <= w_row_data[8*i +: 8];
        end
`endif
    end

    // ---- B queue
    reg [31:0] b_due    [0:63];
    reg [1:0]  b_answer [0:63];
    reg [3:0]  b_id     [0:63];
    reg [6:0]  b_head;
    reg [6:0]  b_tail;
    reg        b_held;

    wire [31:0] b_wait   = cycle - b_due[b_head[5:0]];
    wire        b_is_due = (b_head != b_tail) & ~b_wait[31];
    wire        b_take   = bvalid & bready;

    assign bvalid = b_is_due & (b_held | ~stall_b);
    assign bresp  = b_answer[b_head[5:0]];
    assign bid    = b_id[b_head[5:0]];

    always @(posedge clk) begin
        if (rst) begin
            b_head <= 7'd0;
            b_tail <= 7'd0;
            b_held <= 1'b0;
        end else begin
            b_tail <= b_tail + {6'd0, w_take & w_last};
            b_head <= b_head + {6'd0, b_take};
            b_held <= bvalid & ~bready;
        end
        if (w_take & w_last) begin
            b_due[b_tail[5:0]]    <= cycle + {16'd0, write_latency};
            b_answer[b_tail[5:0]] <= w_answer;
            b_id[b_tail[5:0]]     <= aw_id[aw_head[5:0]];
        end
    end

    // ---- a narrow bus uses one half of a row
    generate
        if (DATA_W == 64) begin : wide
            assign r_data       = r_row_data;
            assign w_row_data   = wdata;
            assign w_row_strobe = wstrb;
        end else begin : narrow
            assign r_data       = r_address[2] ? r_row_data[63:32] : r_row_data[31:0];
            assign w_row_data   = {wdata, wdata};
            assign w_row_strobe = w_address[2] ? {wstrb, 4'd0} : {4'd0, wstrb};
        end
    endgenerate

    wire unused = &{1'b0, r_start[2:0], r_wait[30:0], b_wait[30:0]};
`ifndef HILT_HOST_OUTSIDE
    wire unused_index = &{1'b0, r_index[2:0], w_index[2:0]};
`endif
endmodule

`default_nettype wire
