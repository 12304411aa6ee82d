// The controller after a single edge of `rst`: each handshake and `irq` known in every cycle, every register known when read.
`default_nettype none

module known_after_reset;
    parameter RINGS = 1;

    reg         clk = 0;
    reg         rst = 1;
    reg  [31:0] araddr = 0;
    reg         arvalid = 0;
    wire        s_arready;
    wire [31:0] s_rdata;
    wire [1:0]  s_rresp;
    wire        s_rvalid;
    wire        s_awready;
    wire        s_wready;
    wire        s_bvalid;
    wire        m_awvalid;
    wire        m_wvalid;
    wire        m_bready;
    wire        m_arvalid;
    wire        m_rready;
    wire        irq;
    integer     registers = 0;

    always #5 clk = ~clk;

    dma #(.RINGS(RINGS)) device (
        .clk(clk), .rst(rst),
        .s_axil_awaddr(32'd0), .s_axil_awprot(3'd0), .s_axil_awvalid(1'b0), .s_axil_awready(s_awready),
        .s_axil_wdata(32'd0), .s_axil_wstrb(4'd0), .s_axil_wvalid(1'b0), .s_axil_wready(s_wready),
        .s_axil_bvalid(s_bvalid), .s_axil_bready(1'b1),
        .s_axil_araddr(araddr), .s_axil_arprot(3'd0), .s_axil_arvalid(arvalid), .s_axil_arready(s_arready),
        .s_axil_rdata(s_rdata), .s_axil_rresp(s_rresp), .s_axil_rvalid(s_rvalid), .s_axil_rready(1'b1),
        .m_axi_awvalid(m_awvalid), .m_axi_awready(1'b0), .m_axi_wvalid(m_wvalid), .m_axi_wready(1'b0),
        .m_axi_bid(2'bx), .m_axi_bresp(2'bx), .m_axi_bvalid(1'b0), .m_axi_bready(m_bready),
        .m_axi_arvalid(m_arvalid), .m_axi_arready(1'b0),
        .m_axi_rid(2'bx), .m_axi_rdata(64'bx), .m_axi_rresp(2'bx), .m_axi_rlast(1'bx), .m_axi_rvalid(1'b0),
        .m_axi_rready(m_rready),
        .irq(irq)
    );

    wire [10:0] told = {s_arready, s_rvalid, s_awready, s_wready, s_bvalid, m_awvalid, m_wvalid, m_bready, m_arvalid,
                        m_rready, irq};

    always @(negedge clk) if (!rst) begin
        if (^told === 1'bx) begin
            $display("unknown at %0d: %b", araddr, told);
            $finish;
        end
        if (m_awvalid | m_wvalid | m_arvalid) begin
            $display("offers something without being asked: %b", told);
            $finish;
        end
        if (s_rvalid) begin
            if (^{s_rdata, s_rresp} === 1'bx) begin
                $display("register 0x%h is unknown: %b", araddr, s_rdata);
                $finish;
            end
            registers = registers + 1;
        end
    end

    initial begin
        @(posedge clk);
        #1 rst = 0;
        for (araddr = 0; araddr < 32'h300; araddr = araddr + 4) begin
            arvalid = 1;
            @(posedge clk);
            while (!s_arready) @(posedge clk);
            #1 arvalid = 0;
            while (!s_rvalid) @(posedge clk);
            @(posedge clk);
            #1 ;
        end
        $display("%0d registers known", registers);
        $finish;
    end
endmodule

`default_nettype wire
