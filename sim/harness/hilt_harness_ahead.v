// Write data on their way to memory. A rough memory takes up to `cfg_data_ahead` beats before it knows the address that
// they belong to, and keeps them here; else they pass in the cycle in which memory takes them.
`default_nettype none

module hilt_harness_ahead #(
    parameter ROUGH  = 0,
    parameter DATA_W = 64
) (
    input  wire        clk,
    input  wire        rst,
    // At most 64.
    input  wire [6:0]  cfg_data_ahead,
    input  wire        stall,

    input  wire        s_wvalid,
    output wire        s_wready,
    input  wire [DATA_W-1:0] s_wdata,
    input  wire [DATA_W/8-1:0] s_wstrb,
    input  wire        s_wlast,

    output wire        m_wvalid,
    input  wire        m_wready,
    output wire [DATA_W-1:0] m_wdata,
    output wire [DATA_W/8-1:0] m_wstrb,
    output wire        m_wlast
);
    generate
        if (ROUGH != 0) begin : rough
            localparam BEAT_W = DATA_W + DATA_W / 8 + 1;

            reg  [BEAT_W-1:0] kept [0:63];
            reg  [6:0]        head;
            reg  [6:0]        tail;
            wire [6:0]        count  = tail - head;
            wire              empty  = head == tail;
            wire [BEAT_W-1:0] beat   = {s_wlast, s_wstrb, s_wdata};
            wire              passes = empty & m_wready;
            wire              put    = s_wvalid & s_wready & ~passes;

            assign s_wready = ~stall & (passes | (count < cfg_data_ahead));
            assign m_wvalid = ~empty | (s_wvalid & ~stall);
            assign {m_wlast, m_wstrb, m_wdata} = empty ? beat : kept[head[5:0]];

            always @(posedge clk) begin
                if (rst) begin
                    head <= 7'd0;
                    tail <= 7'd0;
                end else begin
                    head <= head + {6'd0, ~empty & m_wready};
                    tail <= tail + {6'd0, put};
                end
                if (put) kept[tail[5:0]] <= beat;
            end
        end else begin : plain
            assign s_wready = m_wready & ~stall;
            assign m_wvalid = s_wvalid & ~stall;
            assign m_wdata  = s_wdata;
            assign m_wstrb  = s_wstrb;
            assign m_wlast  = s_wlast;
            wire unused = &{1'b0, clk, rst, cfg_data_ahead};
        end
    endgenerate
endmodule

`default_nettype wire
