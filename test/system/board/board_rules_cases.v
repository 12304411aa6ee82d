// Bursts at the rules of a virtual board, one after each reset: {write, size, type}.
`default_nettype none

module board_rules_cases;
    reg        clk = 1'b0;
    reg        rst = 1'b1;
    reg        is_write = 1'b0;
    reg        valid = 1'b0;
    reg  [2:0] size = 3'd0;
    reg  [1:0] kind = 2'd0;

    hilt_board_rules #(.DATA_W(64)) rules (
        .clk(clk), .rst(rst),
        .arid(4'd0), .araddr(64'h1000), .arlen(8'd1), .arsize(size), .arburst(kind),
        .arvalid(valid & ~is_write), .arready(1'b1), .rvalid(1'b0), .rready(1'b1),
        .awid(4'd0), .awaddr(64'h2000), .awlen(8'd1), .awsize(size), .awburst(kind),
        .awvalid(valid & is_write), .awready(1'b1),
        .wdata(64'd0), .wstrb(8'd0), .wlast(1'b0), .wvalid(1'b0), .wready(1'b1), .bvalid(1'b0), .bready(1'b1),
        .s_axil_awvalid(1'b0), .s_axil_awready(1'b1), .s_axil_wvalid(1'b0), .s_axil_wready(1'b1),
        .s_axil_bresp(2'd0), .s_axil_bvalid(1'b0), .s_axil_bready(1'b1),
        .s_axil_arvalid(1'b0), .s_axil_arready(1'b1), .s_axil_rdata(32'd0), .s_axil_rresp(2'd0),
        .s_axil_rvalid(1'b0), .s_axil_rready(1'b1)
    );

    always #5 clk = ~clk;

    task burst(input write, input [2:0] of_size, input [1:0] of_kind);
        begin
            @(negedge clk) rst = 1'b1;
            @(negedge clk) rst = 1'b0;
            @(negedge clk) begin
                $display("%0d %0d %0d", write, of_size, of_kind);
                is_write = write;
                size = of_size;
                kind = of_kind;
                valid = 1'b1;
            end
            @(negedge clk) valid = 1'b0;
        end
    endtask

    integer n;
    initial begin
        for (n = 0; n < 2; n = n + 1) begin
            burst(n[0], 3'd3, 2'd1);
            burst(n[0], 3'd2, 2'd1);
            burst(n[0], 3'd3, 2'd0);
            burst(n[0], 3'd3, 2'd2);
        end
        $finish;
    end
endmodule

`default_nettype wire
