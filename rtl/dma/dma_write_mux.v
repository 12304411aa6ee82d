// Puts the write address and data channels of several masters on one; the number of the master is the ID. Data go out in
// the order of the addresses, and never wait for an address to be taken (AMBA AXI, "Dependencies between channel handshake
// signals"): the order is noted when an address is first offered.
`default_nettype none

module dma_write_mux #(
    parameter ADDR_W          = 64,
    parameter WORD_BYTES_LOG2 = 3,
    parameter MASTERS         = 3,
    // Bursts whose data are not complete.
    parameter DEPTH_LOG2      = 5
) (
    input  wire                                      clk,
    input  wire                                      rst,

    input  wire [MASTERS-1:0]                        awvalid,
    output wire [MASTERS-1:0]                        awready,
    input  wire [MASTERS*ADDR_W-1:0]                 awaddr,
    input  wire [MASTERS*8-1:0]                      awlen,
    input  wire [MASTERS-1:0]                        wvalid,
    output wire [MASTERS-1:0]                        wready,
    input  wire [MASTERS*(8<<WORD_BYTES_LOG2)-1:0]   wdata,
    input  wire [MASTERS*(1<<WORD_BYTES_LOG2)-1:0]   wstrb,
    input  wire [MASTERS-1:0]                        wlast,

    output wire                                      m_awvalid,
    input  wire                                      m_awready,
    output wire [1:0]                                m_awid,
    output reg  [ADDR_W-1:0]                         m_awaddr,
    output reg  [7:0]                                m_awlen,
    output reg                                       m_wvalid,
    input  wire                                      m_wready,
    output reg  [(8<<WORD_BYTES_LOG2)-1:0]           m_wdata,
    output reg  [(1<<WORD_BYTES_LOG2)-1:0]           m_wstrb,
    output reg                                       m_wlast
);
    localparam BYTES = 1 << WORD_BYTES_LOG2;
    localparam WIDTH = 8 * BYTES;

    // ---- addresses
    reg                waits;
    reg [1:0]          kept;
    reg [1:0]          first;
    reg [1:0]          order [0:(1<<DEPTH_LOG2)-1];
    reg [DEPTH_LOG2:0] noted;
    reg [DEPTH_LOG2:0] served;

    wire is_full = (noted - served) == {1'b1, {DEPTH_LOG2{1'b0}}};
    wire note    = m_awvalid & ~waits;

    integer i;
    always @* begin
        first = 2'd0;
        for (i = 1; i < MASTERS; i = i + 1)
            if (awvalid[i]) first = i[1:0];
    end

    assign m_awid    = waits ? kept : first;
    assign m_awvalid = (|awvalid) & (waits | ~is_full);
    assign awready   = {{(MASTERS-1){1'b0}}, m_awready & m_awvalid} << m_awid;

    // ---- data
    wire       is_open = noted != served;
    wire [1:0] turn    = order[served[DEPTH_LOG2-1:0]];

    integer j;
    always @* begin
        m_awaddr = awaddr[ADDR_W-1:0];
        m_awlen  = awlen[7:0];
        m_wvalid = is_open & wvalid[0];
        m_wdata  = wdata[WIDTH-1:0];
        m_wstrb  = wstrb[BYTES-1:0];
        m_wlast  = wlast[0];
        for (j = 1; j < MASTERS; j = j + 1) begin
            if (m_awid == j[1:0]) begin
                m_awaddr = awaddr[ADDR_W*j +: ADDR_W];
                m_awlen  = awlen[8*j +: 8];
            end
            if (turn == j[1:0]) begin
                m_wvalid = is_open & wvalid[j];
                m_wdata  = wdata[WIDTH*j +: WIDTH];
                m_wstrb  = wstrb[BYTES*j +: BYTES];
                m_wlast  = wlast[j];
            end
        end
    end

    // Each on its own: while no burst is open `turn` means nothing, and a shift by X would make all of them X.
    genvar k;
    generate
        for (k = 0; k < MASTERS; k = k + 1) begin : ready
            assign wready[k] = m_wready & is_open & (turn == k[1:0]);
        end
    endgenerate

    always @(posedge clk) begin
        waits <= m_awvalid & ~m_awready & ~rst;
        kept  <= m_awid;
        if (rst) begin
            noted  <= 0;
            served <= 0;
        end else begin
            noted  <= noted + {{DEPTH_LOG2{1'b0}}, note};
            served <= served + {{DEPTH_LOG2{1'b0}}, m_wvalid & m_wready & m_wlast};
        end
        if (note) order[noted[DEPTH_LOG2-1:0]] <= m_awid;
    end
endmodule

`default_nettype wire
