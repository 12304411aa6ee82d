// The write bursts that host memory has taken and whose data are to come, and the beat at hand. The address of the first
// one may come with its data.
`default_nettype none

module hilt_harness_writes #(
    parameter ROUGH  = 0,
    parameter DATA_W = 64
) (
    input  wire        clk,
    input  wire        rst,

    input  wire        stall_aw,
    input  wire        stall_w,
    input  wire [6:0]  cfg_outstanding,
    input  wire [6:0]  cfg_data_ahead,
    input  wire        cfg_ready_after_valid,

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
    // A burst was answered.
    input  wire        answered,

    // There is a burst for data, data wait for one, and a beat moves.
    output wire        is_open,
    output wire        waits,
    output wire        take,
    output wire        is_last,
    output wire [3:0]  id,
    output wire [2:0]  size,
    output wire [63:0] address,
    output wire [DATA_W-1:0] data,
    output wire [DATA_W/8-1:0] strobe,
    // WLAST of the beat.
    output wire        last
);
    reg [3:0]  ids    [0:63];
    reg [63:0] starts [0:63];
    reg [12:0] shapes [0:63]; // {length, size, burst}
    reg [6:0]  head;
    reg [6:0]  tail;
    reg [6:0]  done;
    reg [7:0]  beat;

    wire        aw_late;
    wire        w_late;
    wire        put   = awvalid & awready;
    wire        known = head != tail;
    wire [6:0]  count = tail - done;
    wire [63:0] start = known ? starts[head[5:0]] : awaddr;
    wire [7:0]  len;
    wire [1:0]  burst;

    assign awready  = (count < cfg_outstanding) & ~stall_aw & ~aw_late;
    assign is_open  = known | put;
    assign id       = known ? ids[head[5:0]] : awid;
    assign {len, size, burst} = known ? shapes[head[5:0]] : {awlen, awsize, awburst};
    assign take     = is_open & waits;
    assign is_last  = beat == len;

    hilt_harness_late #(.ROUGH(ROUGH)) late_address (
        .clk(clk),
        .rst(rst),
        .cfg_ready_after_valid(cfg_ready_after_valid),
        .valid(awvalid),
        .ready(awready),
        .late(aw_late)
    );

    hilt_harness_late #(.ROUGH(ROUGH)) late_data (
        .clk(clk),
        .rst(rst),
        .cfg_ready_after_valid(cfg_ready_after_valid),
        .valid(wvalid),
        .ready(wready),
        .late(w_late)
    );

    hilt_harness_ahead #(.ROUGH(ROUGH), .DATA_W(DATA_W)) ahead (
        .clk(clk),
        .rst(rst),
        .cfg_data_ahead(cfg_data_ahead),
        .stall(stall_w | w_late),
        .s_wvalid(wvalid),
        .s_wready(wready),
        .s_wdata(wdata),
        .s_wstrb(wstrb),
        .s_wlast(wlast),
        .m_wvalid(waits),
        .m_wready(is_open),
        .m_wdata(data),
        .m_wstrb(strobe),
        .m_wlast(last)
    );

    hilt_harness_beat_address beat_address (
        .start(start),
        .len(len),
        .size(size),
        .burst(burst),
        .beat(beat),
        .address(address)
    );

    always @(posedge clk) begin
        if (rst) begin
            head <= 7'd0;
            tail <= 7'd0;
            done <= 7'd0;
            beat <= 8'd0;
        end else begin
            tail <= tail + {6'd0, put};
            head <= head + {6'd0, take & is_last};
            done <= done + {6'd0, answered};
            if (take) beat <= is_last ? 8'd0 : beat + 8'd1;
        end
        if (put) begin
            ids[tail[5:0]]    <= awid;
            starts[tail[5:0]] <= awaddr;
            shapes[tail[5:0]] <= {awlen, awsize, awburst};
        end
    end
endmodule

`default_nettype wire
