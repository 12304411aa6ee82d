// A small bus master of somebody else with eight interrupt lines: writes WORD to TO and raises lines then, or raises, lowers
// and pulses them at once. 32-bit data and addresses, one bit of ID.
//
// Registers: 0x00 TO; 0x04 WORD; 0x08 MOVE, which raises the lines of its bits once the word is in host memory; 0x0C RAISE;
// 0x10 LOWER; 0x14 PULSE, for one cycle. A read of any of the last four gives the levels.
`default_nettype none

module ringer (
    input  wire        clk,
    input  wire        rst,
    input  wire [11:0] s_awaddr,
    input  wire [2:0]  s_awprot,
    input  wire        s_awvalid,
    output wire        s_awready,
    input  wire [31:0] s_wdata,
    input  wire [3:0]  s_wstrb,
    input  wire        s_wvalid,
    output wire        s_wready,
    output wire [1:0]  s_bresp,
    output reg         s_bvalid,
    input  wire        s_bready,
    input  wire [11:0] s_araddr,
    input  wire [2:0]  s_arprot,
    input  wire        s_arvalid,
    output wire        s_arready,
    output reg  [31:0] s_rdata,
    output wire [1:0]  s_rresp,
    output reg         s_rvalid,
    input  wire        s_rready,
    output wire        m_awid,
    output wire [31:0] m_awaddr,
    output wire [7:0]  m_awlen,
    output wire [2:0]  m_awsize,
    output wire [1:0]  m_awburst,
    output wire [2:0]  m_awprot,
    output reg         m_awvalid,
    input  wire        m_awready,
    output wire [31:0] m_wdata,
    output wire [3:0]  m_wstrb,
    output wire        m_wlast,
    output reg         m_wvalid,
    input  wire        m_wready,
    input  wire        m_bid,
    input  wire [1:0]  m_bresp,
    input  wire        m_bvalid,
    output wire        m_bready,
    output wire        m_arid,
    output wire [31:0] m_araddr,
    output wire [7:0]  m_arlen,
    output wire [2:0]  m_arsize,
    output wire [1:0]  m_arburst,
    output wire [2:0]  m_arprot,
    output wire        m_arvalid,
    input  wire        m_arready,
    input  wire        m_rid,
    input  wire [31:0] m_rdata,
    input  wire [1:0]  m_rresp,
    input  wire        m_rlast,
    input  wire        m_rvalid,
    output wire        m_rready,
    output wire        line0,
    output wire        line1,
    output wire        line2,
    output wire        line3,
    output wire        line4,
    output wire        line5,
    output wire        line6,
    output wire        line7,
    // Not one bit.
    output wire [1:0]  pair
);
    reg [31:0] to;
    reg [31:0] word;
    reg [7:0]  after;
    reg [7:0]  lines;
    reg [7:0]  pulses;

    wire unused = &{m_bid, m_rid, m_bresp, m_arready, m_rdata, m_rresp, m_rlast, m_rvalid, s_awaddr[11:5], s_awaddr[1:0], s_araddr[11:5], s_araddr[1:0], s_wdata, s_awprot, s_wstrb, s_arprot, 1'b0};
    wire write  = s_awvalid & s_wvalid & ~s_bvalid;
    wire read   = s_arvalid & ~s_rvalid;
    wire [7:0] levels = lines | pulses;

    assign {line7, line6, line5, line4, line3, line2, line1, line0} = levels;
    assign pair      = levels[1:0];
    assign s_awready = write;
    assign s_wready  = write;
    assign s_arready = read;
    assign s_bresp   = 2'b00;
    assign s_rresp   = 2'b00;
    assign m_awid    = 1'b0;
    assign m_arid    = 1'b0;
    assign m_awaddr  = to;
    assign m_awlen   = 8'd0;
    assign m_awsize  = 3'd2;
    assign m_awburst = 2'b01;
    assign m_awprot  = 3'b000;
    assign m_wdata   = word;
    assign m_wstrb   = 4'b1111;
    assign m_wlast   = 1'b1;
    assign m_bready  = 1'b1;
    assign m_araddr  = 32'd0;
    assign m_arlen   = 8'd0;
    assign m_arsize  = 3'd2;
    assign m_arburst = 2'b01;
    assign m_arprot  = 3'b000;
    assign m_arvalid = 1'b0;
    assign m_rready  = 1'b1;

    always @(posedge clk) begin
        pulses <= 8'd0;
        if (s_bready) s_bvalid <= 1'b0;
        if (s_rready) s_rvalid <= 1'b0;
        if (m_awready) m_awvalid <= 1'b0;
        if (m_wready) m_wvalid <= 1'b0;
        if (m_bvalid) lines <= lines | after;
        if (write) begin
            s_bvalid <= 1'b1;
            case (s_awaddr[4:2])
                3'd0: to   <= s_wdata;
                3'd1: word <= s_wdata;
                3'd2: begin
                    after     <= s_wdata[7:0];
                    m_awvalid <= 1'b1;
                    m_wvalid  <= 1'b1;
                end
                3'd3: lines  <= lines | s_wdata[7:0];
                3'd4: lines  <= lines & ~s_wdata[7:0];
                default: pulses <= s_wdata[7:0];
            endcase
        end
        if (read) begin
            s_rvalid <= 1'b1;
            s_rdata  <= (s_araddr[4:2] == 3'd0) ? to : (s_araddr[4:2] == 3'd1) ? word : {24'd0, levels};
        end
        if (rst) begin
            s_bvalid  <= 1'b0;
            s_rvalid  <= 1'b0;
            m_awvalid <= 1'b0;
            m_wvalid  <= 1'b0;
            lines     <= 8'd0;
            pulses    <= 8'd0;
            to        <= 32'd0;
            word      <= 32'd0;
            after     <= 8'd0;
        end
    end
endmodule

`default_nettype wire
