// A device that breaks a rule when any register is written: it reads host memory across a 4 KiB page. Any register reads 7.
`default_nettype none

module rule_breaker (
    input  wire        clk,
    input  wire        rst,
    input  wire [31:0] s_awaddr,
    input  wire        s_awvalid,
    output wire        s_awready,
    input  wire [31:0] s_wdata,
    input  wire        s_wvalid,
    output wire        s_wready,
    output wire [1:0]  s_bresp,
    output wire        s_bvalid,
    input  wire        s_bready,
    input  wire [31:0] s_araddr,
    input  wire        s_arvalid,
    output wire        s_arready,
    output wire [31:0] s_rdata,
    output wire [1:0]  s_rresp,
    output wire        s_rvalid,
    input  wire        s_rready,
    output wire [31:0] m_awaddr,
    output wire        m_awvalid,
    input  wire        m_awready,
    output wire [31:0] m_wdata,
    output wire [3:0]  m_wstrb,
    output wire        m_wlast,
    output wire        m_wvalid,
    input  wire        m_wready,
    input  wire [1:0]  m_bresp,
    input  wire        m_bvalid,
    output wire        m_bready,
    output wire [31:0] m_araddr,
    output wire [7:0]  m_arlen,
    output wire        m_arvalid,
    input  wire        m_arready,
    input  wire [31:0] m_rdata,
    input  wire [1:0]  m_rresp,
    input  wire        m_rlast,
    input  wire        m_rvalid,
    output wire        m_rready,
    output wire        irq
);
    reg asks, answers, acknowledges;
    always @(posedge clk) begin
        asks         <= ~rst & (s_awready | (asks & ~m_arready));
        answers      <= ~rst & ((s_arvalid & s_arready) | (answers & ~s_rready));
        acknowledges <= ~rst & ((s_awvalid & s_wvalid & ~acknowledges) | (acknowledges & ~s_bready));
    end

    assign s_arready = ~answers;
    assign s_rvalid  = answers;
    assign s_rdata   = 32'd7;
    assign s_rresp   = 2'b00;
    assign s_awready = s_awvalid & s_wvalid & ~acknowledges;
    assign s_wready  = s_awready;
    assign s_bvalid  = acknowledges;
    assign s_bresp   = 2'b00;

    assign m_arvalid = asks & ~rst;
    assign m_araddr  = 32'h0000_5ff8;
    assign m_arlen   = 8'd3;
    assign m_rready  = 1'b1;
    assign {m_awaddr, m_awvalid, m_wdata, m_wstrb, m_wlast, m_wvalid} = 102'd0;
    assign m_bready  = 1'b1;
    assign irq       = 1'b0;
endmodule

`default_nettype wire
