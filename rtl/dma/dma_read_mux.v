// Puts the read address channels of several masters on one; the number of the master is the ID. An address that is
// offered stays until it is taken. Of several, the one with the highest number goes first: the descriptor fetches, which
// are short and limited by their buffers, before the data.
`default_nettype none

module dma_read_mux #(
    parameter ADDR_W  = 64,
    parameter MASTERS = 3
) (
    input  wire                      clk,
    input  wire                      rst,

    input  wire [MASTERS-1:0]        arvalid,
    output wire [MASTERS-1:0]        arready,
    input  wire [MASTERS*ADDR_W-1:0] araddr,
    input  wire [MASTERS*8-1:0]      arlen,

    output wire                      m_arvalid,
    input  wire                      m_arready,
    output wire [1:0]                m_arid,
    output reg  [ADDR_W-1:0]         m_araddr,
    output reg  [7:0]                m_arlen
);
    reg       waits;
    reg [1:0] kept;
    reg [1:0] first;

    integer i;
    always @* begin
        first = 2'd0;
        for (i = 1; i < MASTERS; i = i + 1)
            if (arvalid[i]) first = i[1:0];
    end

    integer j;
    always @* begin
        m_araddr = araddr[ADDR_W-1:0];
        m_arlen  = arlen[7:0];
        for (j = 1; j < MASTERS; j = j + 1) begin
            if (m_arid == j[1:0]) begin
                m_araddr = araddr[ADDR_W*j +: ADDR_W];
                m_arlen  = arlen[8*j +: 8];
            end
        end
    end

    assign m_arid    = waits ? kept : first;
    assign m_arvalid = |arvalid;
    assign arready   = {{(MASTERS-1){1'b0}}, m_arready} << m_arid;

    always @(posedge clk) begin
        waits <= m_arvalid & ~m_arready & ~rst;
        kept  <= m_arid;
    end
endmodule

`default_nettype wire
