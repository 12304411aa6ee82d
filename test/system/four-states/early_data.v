// A slave that takes write data before their address, as AXI4 allows: a record's address waits while its data go, and a
// second master's data stand ready. What the multiplexer answers the masters must be known in every cycle.
`default_nettype none

module early_data;
    reg        clk = 0;
    reg        rst = 1;
    reg  [2:0] awvalid = 3'b000;
    reg  [2:0] wvalid = 3'b000;
    reg        m_awready = 0;
    wire [2:0] awready;
    wire [2:0] wready;
    wire       m_awvalid;
    wire       m_wvalid;
    integer    taken = 0;

    always #5 clk = ~clk;

    dma_write_mux #(.ADDR_W(32)) mux (
        .clk(clk), .rst(rst),
        .awvalid(awvalid), .awready(awready), .awaddr(96'd0), .awlen(24'd0),
        .wvalid(wvalid), .wready(wready), .wdata(192'd0), .wstrb(24'd0), .wlast(3'b111),
        .m_awvalid(m_awvalid), .m_awready(m_awready), .m_wvalid(m_wvalid), .m_wready(1'b1)
    );

    // Masters keep what they offer until it is taken.
    always @(negedge clk) if (!rst) begin
        if (^{awready, wready, m_awvalid, m_wvalid} === 1'bx) begin
            $display("unknown: awready %b, wready %b, m_awvalid %b, m_wvalid %b", awready, wready, m_awvalid, m_wvalid);
            $finish;
        end
        taken   = taken + (m_wvalid ? 1 : 0);
    end
    always @(posedge clk) if (!rst) begin
        wvalid  <= wvalid & ~wready;
        awvalid <= awvalid & ~awready;
    end

    initial begin
        repeat (2) @(posedge clk);
        #1 rst = 0;
        @(posedge clk) #1 awvalid = 3'b010; wvalid = 3'b010;
        repeat (2) @(posedge clk);
        #1 awvalid = 3'b011; wvalid = 3'b001;
        repeat (3) @(posedge clk);
        #1 m_awready = 1;
        repeat (4) @(posedge clk);
        $display("%0d beats taken", taken);
        $finish;
    end
endmodule

`default_nettype wire
