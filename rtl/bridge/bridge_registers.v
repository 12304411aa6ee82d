// Performs the host's register accesses on the device's AXI4-Lite port, and answers them, and fences.
//
// A device that does not answer is answered for after two ticks without progress, and from then on always: what it was
// asked stays asked, as AXI wants it, until the reset of the next session.
`default_nettype none

module bridge_registers (
    input  wire        clk,
    input  wire        rst,
    input  wire        tick,

    input  wire        access_valid,
    input  wire        access_is_fence,
    input  wire        access_is_write,
    input  wire [31:0] access_address,
    input  wire [31:0] access_data,
    input  wire [7:0]  fence_mark,
    output wire        frozen,
    output wire        access_done,

    // The answer as a message.
    output wire        out_valid,
    input  wire        out_ready,
    output wire [7:0]  out_data,
    output wire        out_last,

    output wire [31:0] m_axil_awaddr,
    output reg         m_axil_awvalid,
    input  wire        m_axil_awready,
    output wire [31:0] m_axil_wdata,
    output wire [3:0]  m_axil_wstrb,
    output reg         m_axil_wvalid,
    input  wire        m_axil_wready,
    input  wire [1:0]  m_axil_bresp,
    input  wire        m_axil_bvalid,
    output wire        m_axil_bready,
    output wire [31:0] m_axil_araddr,
    output reg         m_axil_arvalid,
    input  wire        m_axil_arready,
    input  wire [31:0] m_axil_rdata,
    input  wire [1:0]  m_axil_rresp,
    input  wire        m_axil_rvalid,
    output wire        m_axil_rready
);
    localparam [3:0] VALUE = 4'd3, WRITTEN = 4'd4, FENCE_PASSED = 4'd7;
    localparam [1:0] NO_ANSWER = 2'd1;

    reg        asked;
    reg        waited;
    reg        stuck;
    reg  [2:0] index;

    wire       answered = access_is_write ? m_axil_bvalid : m_axil_rvalid;
    wire [1:0] response = access_is_write ? m_axil_bresp : m_axil_rresp;
    wire [1:0] status   = access_is_fence ? 2'd0 : stuck ? NO_ANSWER : response;
    wire [3:0] op       = access_is_fence ? FENCE_PASSED : access_is_write ? WRITTEN : VALUE;
    wire [1:0] lane     = index[1:0] - 2'd1;
    wire [7:0] value    = access_is_fence ? fence_mark : m_axil_rdata[8*lane +: 8];

    assign out_valid   = access_valid & (access_is_fence | stuck | (asked & answered));
    assign out_last    = index == (access_is_fence ? 3'd1 : access_is_write ? 3'd0 : 3'd4);
    assign out_data    = (index == 3'd0) ? {op, 2'd0, status} : value;
    assign access_done = out_valid & out_ready & out_last;
    assign frozen      = stuck;

    assign m_axil_awaddr = access_address;
    assign m_axil_araddr = access_address;
    assign m_axil_wdata  = access_data;
    assign m_axil_wstrb  = 4'b1111;
    assign m_axil_bready = access_done & ~stuck & access_is_write;
    assign m_axil_rready = access_done & ~stuck & ~access_is_write & ~access_is_fence;

    always @(posedge clk) begin
        if (m_axil_awready)
            m_axil_awvalid <= 1'b0;
        if (m_axil_wready)
            m_axil_wvalid <= 1'b0;
        if (m_axil_arready)
            m_axil_arvalid <= 1'b0;
        if (access_valid & ~access_is_fence & ~asked & ~stuck) begin
            asked          <= 1'b1;
            waited         <= 1'b0;
            m_axil_awvalid <= access_is_write;
            m_axil_wvalid  <= access_is_write;
            m_axil_arvalid <= ~access_is_write;
        end
        if (access_done)
            asked <= 1'b0;
        if (asked & ~answered & tick) begin
            waited <= 1'b1;
            stuck  <= stuck | waited;
        end
        if (out_valid & out_ready)
            index <= out_last ? 3'd0 : index + 3'd1;
        if (rst) begin
            asked          <= 1'b0;
            stuck          <= 1'b0;
            index          <= 3'd0;
            m_axil_awvalid <= 1'b0;
            m_axil_wvalid  <= 1'b0;
            m_axil_arvalid <= 1'b0;
        end
    end
endmodule

`default_nettype wire
