// Host memory behind AXI4: RAM that the host sees as it is, a page table, and a permission bit for every 8 bytes and
// direction. The host writes all of them directly.
//
// Each beat is translated and checked on its own; a beat outside answers DECERR, moves no data, and is reported. A beat
// that is to fail (`read_error`, `write_error`) answers that and moves no data; a write burst answers for its first bad
// beat. Timing: the first R beat may come LR cycles after its AR was taken, B may come LB cycles after the last W, and the
// first W may come with its AW.
//
// Exclusive accesses are answered as by a memory that has no monitor: OKAY, and the data are written (Arm IHI 0022, A7.2).
//
// With HILT_HOST_OUTSIDE there is no memory here: C++ round the model translates, checks and moves each row of 8 bytes.
`default_nettype none

module hilt_harness_memory #(
    parameter DATA_W            = 64, // 32 or 64
    // 1: it can reorder, interleave, take data ahead, and fill idle lines.
    parameter ROUGH             = 0,
    // 1: the simulator knows X.
    parameter FOUR_STATES       = 0,
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
    // Of a rough memory only: beats taken before their address; READY rises only after VALID; what chance says.
    input  wire [6:0]  cfg_data_ahead,
    input  wire        cfg_ready_after_valid,
    input  wire        reorder_read,
    input  wire        reorder_write,
    input  wire        interleave,
    input  wire [3:0]  turn_read,
    input  wire [3:0]  turn_write,
    input  wire        junk,
    input  wire [63:0] junk_bits,
    // What the beat at hand is to answer; OKAY for none.
    input  wire [1:0]  read_error,
    input  wire [1:0]  write_error,

    input  wire [3:0]  arid,
    input  wire [63:0] araddr,
    input  wire [7:0]  arlen,
    input  wire [2:0]  arsize,
    input  wire [1:0]  arburst,
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
    input  wire [2:0]  awsize,
    input  wire [1:0]  awburst,
    input  wire        awvalid,
    output wire        awready,
    input  wire [DATA_W-1:0] wdata,
    input  wire [DATA_W/8-1:0] wstrb,
    input  wire        wlast,
    input  wire        wvalid,
    output wire        wready,
    output wire [3:0]  bid,
    output wire [1:0]  bresp,
    output wire        bvalid,
    input  wire        bready,

    // The beats at hand, and the burst that W beats belong to now, for the protocol rules. Write data count when their
    // address is known, which may be after they were taken.
    output wire        read_beat,
    output wire [63:0] read_beat_address,
    output wire        write_beat,
    output wire        write_is_open,
    output wire        write_beat_waits,
    output wire [DATA_W/8-1:0] write_beat_strobe,
    output wire        write_beat_wlast,
    output wire [2:0]  write_beat_size,
    output wire [63:0] write_beat_address,
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

    // ---- AR and R: the beat of the burst at hand; one that was refused by the master is held as it was
    wire [63:0]        r_address;
    wire [3:0]         r_id;
    wire               r_last;
    wire               r_held;
    reg  [DATA_W-1:0]  r_held_data;
    reg  [1:0]         r_held_resp;
    wire [DATA_W-1:0]  r_data;
    wire               r_take    = rvalid & rready;
    wire               r_is_junk = (ROUGH != 0) & junk & ~rvalid;
    wire               r_is_due;

    hilt_harness_reads #(.ROUGH(ROUGH)) reads (
        .clk(clk),
        .rst(rst),
        .cycle(cycle),
        .stall_ar(stall_ar),
        .stall_r(stall_r),
        .latency(read_latency),
        .cfg_outstanding(cfg_read_outstanding),
        .cfg_ready_after_valid(cfg_ready_after_valid),
        .reorder(reorder_read),
        .interleave(interleave),
        .turn(turn_read),
        .arid(arid),
        .araddr(araddr),
        .arlen(arlen),
        .arsize(arsize),
        .arburst(arburst),
        .arvalid(arvalid),
        .arready(arready),
        .rvalid(rvalid),
        .rready(rready),
        .due(r_is_due),
        .held(r_held),
        .id(r_id),
        .last(r_last),
        .address(r_address)
    );

`ifdef HILT_HOST_OUTSIDE
`include "hilt_host_outside.vh"
`else
    wire               r_hit;
    wire [INDEX_W-1:0] r_index;
    wire [31:0]        r_row     = read_permission[r_index[INDEX_W-1:8]];
    wire               r_allowed;
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

    wire [1:0]         r_resp    = r_held ? r_held_resp : r_allowed ? read_error : DECERR;

    assign rdata  = r_is_junk ? junk_bits[DATA_W-1:0] : r_held ? r_held_data : r_data;
    assign rresp  = r_is_junk ? junk_bits[1:0] : r_resp;
    assign rlast  = r_is_junk ? junk_bits[2] : r_last;
    assign rid    = r_is_junk ? junk_bits[6:3] : r_id;

    assign read_beat         = r_take;
    assign read_beat_address = {r_address[63:BEAT_BYTES_LOG2], {BEAT_BYTES_LOG2{1'b0}}};
    assign read_fault        = r_take & ~r_allowed;
    assign read_failed       = r_take & r_allowed & r_resp[1];

    always @(posedge clk) begin
        if (rvalid & ~rready & ~r_held) begin
            r_held_data <= rdata;
            r_held_resp <= rresp;
        end
    end

    // ---- AW and W: beats belong to the oldest burst that is not complete
    wire               w_take;
    wire               w_last;
    wire [3:0]         w_id;
    wire [63:0]        w_address;
    wire [DATA_W-1:0]  w_data;
    reg  [1:0]         w_response; // of the first bad beat of the burst so far
    wire               w_strobed = write_beat_strobe != 0;
    wire [63:0]        w_row_data;
    wire [7:0]         w_row_strobe;
    wire               w_good    = w_allowed & (write_error == OKAY);
    wire [1:0]         w_answer  = (w_response != OKAY)     ? w_response
                                 : (~w_allowed & w_strobed) ? DECERR
                                 :                            write_error;

    hilt_harness_writes #(.ROUGH(ROUGH), .DATA_W(DATA_W)) writes (
        .clk(clk),
        .rst(rst),
        .stall_aw(stall_aw),
        .stall_w(stall_w),
        .cfg_outstanding(cfg_write_outstanding),
        .cfg_data_ahead(cfg_data_ahead),
        .cfg_ready_after_valid(cfg_ready_after_valid),
        .awid(awid),
        .awaddr(awaddr),
        .awlen(awlen),
        .awsize(awsize),
        .awburst(awburst),
        .awvalid(awvalid),
        .awready(awready),
        .wdata(wdata),
        .wstrb(wstrb),
        .wlast(wlast),
        .wvalid(wvalid),
        .wready(wready),
        .answered(bvalid & bready),
        .is_open(write_is_open),
        .waits(write_beat_waits),
        .take(w_take),
        .is_last(w_last),
        .id(w_id),
        .size(write_beat_size),
        .address(w_address),
        .data(w_data),
        .strobe(write_beat_strobe),
        .last(write_beat_wlast)
    );

`ifndef HILT_HOST_OUTSIDE
    wire               w_hit;
    wire [INDEX_W-1:0] w_index;
    wire [31:0]        w_row     = write_permission[w_index[INDEX_W-1:8]];
    wire               w_allowed;
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

    // What the host has not written allows nothing: it may leave the permissions X, and write those of live pages alone.
    generate
        if (FOUR_STATES != 0) begin : four_states
            assign r_allowed = (r_hit & r_row[r_index[7:3]]) === 1'b1;
            assign w_allowed = (w_hit & w_row[w_index[7:3]]) === 1'b1;
        end else begin : two_states
            assign r_allowed = r_hit & r_row[r_index[7:3]];
            assign w_allowed = w_hit & w_row[w_index[7:3]];
        end
    endgenerate
`endif

    assign write_beat         = w_take;
    assign write_beat_address = w_address;
    assign write_beat_is_last = w_last;

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
        if (rst)
            w_response <= OKAY;
        else if (w_take)
            w_response <= w_last ? OKAY : w_answer;
`ifndef HILT_HOST_OUTSIDE
        if (w_take & w_good) begin
            if (&w_row_strobe)
                ram[w_word] <= w_row_data;
            else
                for (i = 0; i < 8; i = i + 1)
                    if (w_row_strobe[i]) ram[w_word][8*i +: 8] <= w_row_data[8*i +: 8];
        end
`endif
    end

    // ---- B
    wire [1:0] b_answer;
    wire [3:0] b_id;
    wire       b_is_junk = (ROUGH != 0) & junk & ~bvalid;

    hilt_harness_answers #(.ROUGH(ROUGH)) answers (
        .clk(clk),
        .rst(rst),
        .cycle(cycle),
        .stall(stall_b),
        .latency(write_latency),
        .reorder(reorder_write),
        .turn(turn_write),
        .put(w_take & w_last),
        .put_id(w_id),
        .put_answer(w_answer),
        .bid(b_id),
        .bresp(b_answer),
        .bvalid(bvalid),
        .bready(bready)
    );

    assign bresp = b_is_junk ? junk_bits[8:7] : b_answer;
    assign bid   = b_is_junk ? junk_bits[12:9] : b_id;

    // ---- a narrow bus uses one half of a row
    generate
        if (DATA_W == 64) begin : wide
            assign r_data       = r_row_data;
            assign w_row_data   = w_data;
            assign w_row_strobe = write_beat_strobe;
        end else begin : narrow
            assign r_data       = r_address[2] ? r_row_data[63:32] : r_row_data[31:0];
            assign w_row_data   = {w_data, w_data};
            assign w_row_strobe = w_address[2] ? {write_beat_strobe, 4'd0} : {4'd0, write_beat_strobe};
        end
    endgenerate

    wire unused = &{1'b0, r_address[BEAT_BYTES_LOG2-1:0], r_is_due, junk, junk_bits};
`ifndef HILT_HOST_OUTSIDE
    wire unused_index = &{1'b0, r_index[2:0], w_index[2:0]};
`endif
endmodule

`default_nettype wire
