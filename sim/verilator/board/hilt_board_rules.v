// The rules of AXI on a virtual board, bound into `hilt_board` between device and bridge: nothing of it is in an FPGA. Prints
// each rule the first time that it is broken since the device's reset, as "hilt_rule BITS ADDRESS"; the program round the model
// makes an event of it.
`default_nettype none
`include "hilt_harness_protocol_rules.vh"

module hilt_board_rules #(
    parameter DATA_W = 64
) (
    input  wire        clk,
    input  wire        rst,

    input  wire [3:0]  arid,
    input  wire [63:0] araddr,
    input  wire [7:0]  arlen,
    input  wire [2:0]  arsize,
    input  wire [1:0]  arburst,
    input  wire        arvalid,
    input  wire        arready,
    input  wire        rvalid,
    input  wire        rready,
    input  wire [3:0]  awid,
    input  wire [63:0] awaddr,
    input  wire [7:0]  awlen,
    input  wire [2:0]  awsize,
    input  wire [1:0]  awburst,
    input  wire        awvalid,
    input  wire        awready,
    input  wire [DATA_W-1:0] wdata,
    input  wire [DATA_W/8-1:0] wstrb,
    input  wire        wlast,
    input  wire        wvalid,
    input  wire        wready,
    input  wire        bvalid,
    input  wire        bready,

    input  wire        s_axil_awvalid,
    input  wire        s_axil_awready,
    input  wire        s_axil_wvalid,
    input  wire        s_axil_wready,
    input  wire [1:0]  s_axil_bresp,
    input  wire        s_axil_bvalid,
    input  wire        s_axil_bready,
    input  wire        s_axil_arvalid,
    input  wire        s_axil_arready,
    input  wire [31:0] s_axil_rdata,
    input  wire [1:0]  s_axil_rresp,
    input  wire        s_axil_rvalid,
    input  wire        s_axil_rready
);
    // Write bursts whose data are not all there yet: more than a bridge takes at a time.
    localparam BURSTS_LOG2 = 8;
    localparam [63:0] BEAT_BYTES = DATA_W / 8;
    localparam [2:0]  BEAT_SIZE  = (DATA_W == 64) ? 3'd3 : 3'd2;
    localparam [1:0]  INCR       = 2'b01;

    reg [63:0] address_of [0:(1<<BURSTS_LOG2)-1];
    reg [7:0]  length_of [0:(1<<BURSTS_LOG2)-1];
    reg [BURSTS_LOG2-1:0] head;
    reg [BURSTS_LOG2-1:0] tail;
    reg [7:0]  beat;

    wire        aw       = awvalid & awready;
    wire        w        = wvalid & wready;
    wire        is_known = (head != tail);
    // Data may come with the address of their burst.
    wire [63:0] first    = is_known ? address_of[tail] : awaddr;
    wire [7:0]  beats    = is_known ? length_of[tail] : awlen;
    wire        is_last  = w & (beat == beats);
    wire [63:0] address  = ~w ? 64'd0 : (beat == 8'd0) ? first : (first & ~(BEAT_BYTES - 64'd1)) + {56'd0, beat} * BEAT_BYTES;

    always @(posedge clk) begin
        if (aw) begin
            address_of[head] <= awaddr;
            length_of[head]  <= awlen;
        end
        if (rst) begin
            head <= {BURSTS_LOG2{1'b0}};
            tail <= {BURSTS_LOG2{1'b0}};
            beat <= 8'd0;
        end else begin
            head <= head + {{(BURSTS_LOG2-1){1'b0}}, aw};
            tail <= tail + {{(BURSTS_LOG2-1){1'b0}}, is_last};
            beat <= w ? (is_last ? 8'd0 : beat + 8'd1) : beat;
        end
    end

    wire [23:0] of_axi;
    wire        breaks_unused;
    wire [63:0] broken_address;

    // How long anything waits is the line's affair.
    hilt_harness_rules #(.DATA_W(DATA_W), .STALLS(0)) rules (
        .clk(clk),
        .rst(rst),
        .cfg_stall_limit(32'd0),
        .arid(arid),
        .araddr(araddr),
        .arlen(arlen),
        .arsize(arsize),
        .arburst(arburst),
        .arvalid(arvalid),
        .arready(arready),
        .rvalid(rvalid),
        .rready(rready),
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
        .bvalid(bvalid),
        .bready(bready),
        .write_is_open(is_known | aw),
        .write_beat_waits(w),
        .write_beat_strobe(wstrb),
        .write_beat_wlast(wlast),
        .write_beat_size(BEAT_SIZE),
        .write_beat_address(address),
        .write_beat_is_last(is_last),
        .lite_awvalid(s_axil_awvalid),
        .lite_awready(s_axil_awready),
        .lite_wvalid(s_axil_wvalid),
        .lite_wready(s_axil_wready),
        .lite_bresp(s_axil_bresp),
        .lite_bvalid(s_axil_bvalid),
        .lite_bready(s_axil_bready),
        .lite_arvalid(s_axil_arvalid),
        .lite_arready(s_axil_arready),
        .lite_rdata(s_axil_rdata),
        .lite_rresp(s_axil_rresp),
        .lite_rvalid(s_axil_rvalid),
        .lite_rready(s_axil_rready),
        .broken(of_axi),
        .breaks(breaks_unused),
        .broken_address(broken_address)
    );

    // What the bridge does not serve, though AXI has it.
    wire        unserved = ~rst & ((arvalid & arready & (arsize != BEAT_SIZE | arburst != INCR))
                                 | (aw & (awsize != BEAT_SIZE | awburst != INCR)));
    wire [23:0] broken   = of_axi | ({23'd0, unserved} << `HILT_RULE_BRIDGE_BURST);

    wire unused = breaks_unused;

    reg  [23:0] said;
    wire [23:0] news = broken & ~said;

    always @(posedge clk) begin
        said <= rst ? 24'd0 : (said | broken);
        if (!rst && (news != 24'd0)) $display("hilt_rule %h %h", news, broken_address);
    end
endmodule

`default_nettype wire
