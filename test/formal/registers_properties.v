// Register accesses and all else of the host's stream through `bridge_parser` and `bridge_registers`, whatever host and device send. By induction,
// from any state on in which a reset finds them: an access is answered with the third tick, also by a device that never answers; what
// the device was asked stays asked; and nothing but an access, or 256 words of an answer, keeps the host's stream waiting.
`default_nettype none

module registers_properties (
    input wire clk
);
    (* anyseq *) wire        any_up_valid;
    (* anyseq *) wire [7:0]  any_up_data;
    (* anyseq *) wire        any_tick;
    (* anyseq *) wire        any_ready;
    (* anyseq *) wire        any_read_awaited;
    (* anyseq *) wire        any_write_awaited;
    (* anyseq *) wire        any_awready;
    (* anyseq *) wire        any_wready;
    (* anyseq *) wire        any_arready;
    (* anyseq *) wire        any_bvalid;
    (* anyseq *) wire        any_rvalid;

    reg started = 1'b0;
    always @(posedge clk)
        started <= 1'b1;
    wire rst = ~started;

    wire        up_ready;
    wire        refuse;
    wire        access_valid;
    wire        access_is_fence;
    wire        access_is_write;
    wire [31:0] access_address;
    wire [31:0] access_data;
    wire [7:0]  fence_mark;
    wire        frozen;
    wire        access_done;
    wire        out_valid;
    wire        out_last;
    wire        awvalid;
    wire        wvalid;
    wire        arvalid;
    wire [31:0] awaddr;
    wire [31:0] wdata;
    wire [31:0] araddr;
    wire        bready;
    wire        rready;

    bridge_parser #(.DATA_W(32), .ADDRESS_W(32)) parser (
        .clk(clk),
        .rst(rst),
        .up_valid(any_up_valid),
        .up_ready(up_ready),
        .up_data(any_up_data),
        .refuse(refuse),
        .access_valid(access_valid),
        .access_is_fence(access_is_fence),
        .access_is_write(access_is_write),
        .access_address(access_address),
        .access_data(access_data),
        .fence_mark(fence_mark),
        .access_frozen(frozen),
        .access_done(access_done),
        .read_push(),
        .read_data(),
        .read_status(),
        .read_awaited(any_read_awaited),
        .write_push(),
        .write_status(),
        .write_awaited(any_write_awaited)
    );

    bridge_registers registers (
        .clk(clk),
        .rst(rst),
        .tick(any_tick),
        .access_valid(access_valid),
        .access_is_fence(access_is_fence),
        .access_is_write(access_is_write),
        .access_address(access_address),
        .access_data(access_data),
        .fence_mark(fence_mark),
        .frozen(frozen),
        .access_done(access_done),
        .out_valid(out_valid),
        .out_ready(any_ready),
        .out_data(),
        .out_last(out_last),
        .m_axil_awaddr(awaddr),
        .m_axil_awvalid(awvalid),
        .m_axil_awready(any_awready),
        .m_axil_wdata(wdata),
        .m_axil_wstrb(),
        .m_axil_wvalid(wvalid),
        .m_axil_wready(any_wready),
        .m_axil_bresp(2'd0),
        .m_axil_bvalid(any_bvalid),
        .m_axil_bready(bready),
        .m_axil_araddr(araddr),
        .m_axil_arvalid(arvalid),
        .m_axil_arready(any_arready),
        .m_axil_rdata(32'd0),
        .m_axil_rresp(2'd0),
        .m_axil_rvalid(any_rvalid),
        .m_axil_rready(rready)
    );

    // ---- a device that keeps to AXI: it answers what it was asked, once, and what it offers stays
    reg         aw_taken;
    reg         w_taken;
    reg         ar_taken;
    reg         was_bvalid;
    reg         was_rvalid;
    always @(posedge clk) begin
        aw_taken   <= ~rst & ((awvalid & any_awready) | (aw_taken & ~(any_bvalid & bready)));
        w_taken    <= ~rst & ((wvalid & any_wready) | (w_taken & ~(any_bvalid & bready)));
        ar_taken   <= ~rst & ((arvalid & any_arready) | (ar_taken & ~(any_rvalid & rready)));
        was_bvalid <= any_bvalid & ~bready & ~rst;
        was_rvalid <= any_rvalid & ~rready & ~rst;
    end
    always @(*) begin
        if (~(aw_taken & w_taken)) assume (~any_bvalid);
        if (~ar_taken) assume (~any_rvalid);
        if (was_bvalid) assume (any_bvalid);
        if (was_rvalid) assume (any_rvalid);
    end

    // ---- what the device was asked stays asked
    reg         aw_held;
    reg         w_held;
    reg         ar_held;
    reg  [31:0] was_awaddr;
    reg  [31:0] was_wdata;
    reg  [31:0] was_araddr;
    // ---- ticks since the access, and cycles in which the stream has waited for no access
    reg  [1:0]  ticks;
    reg  [8:0]  waited;
    always @(posedge clk) begin
        aw_held    <= awvalid & ~any_awready & ~rst;
        w_held     <= wvalid & ~any_wready & ~rst;
        ar_held    <= arvalid & ~any_arready & ~rst;
        was_awaddr <= awaddr;
        was_wdata  <= wdata;
        was_araddr <= araddr;
        ticks      <= (rst | ~access_valid | out_valid) ? 2'd0 : ticks + {1'b0, any_tick};
        waited     <= (rst | up_ready | access_valid) ? 9'd0 : waited + 9'd1;
    end

    (* hierconn *) wire [2:0] \parser.state ;
    (* hierconn *) wire [7:0] \parser.not_left ;
    (* hierconn *) wire       \registers.asked ;
    (* hierconn *) wire       \registers.waited ;
    (* hierconn *) wire       \registers.stuck ;

    always @(*) if (started) begin
        if (aw_held)
            assert (awvalid & (awaddr == was_awaddr));
        if (w_held)
            assert (wvalid & (wdata == was_wdata));
        if (ar_held)
            assert (arvalid & (araddr == was_araddr));
        assert (~access_valid | out_valid | (ticks < 2'd3));
        assert (waited <= 9'd256);

        // For the induction.
        assert (access_valid == (\parser.state == 3'd3));
        assert (waited <= 9'd255 - {1'b0, ~\parser.not_left } | (\parser.state < 3'd5) | access_valid | up_ready);
        assert (~(awvalid & aw_taken) & ~(wvalid & w_taken) & ~(arvalid & ar_taken));
        if (access_valid & ~out_valid)
            assert (ticks <= (\registers.asked ? {1'b0, \registers.waited } + 2'd1 : 2'd0));
        if (~\registers.stuck ) begin
            assert ((\registers.asked & access_is_write) | ~(awvalid | aw_taken | wvalid | w_taken));
            assert ((\registers.asked & ~access_is_write) | ~(arvalid | ar_taken));
            assert (~\registers.asked | (access_valid & ~access_is_fence));
        end
    end
endmodule

`default_nettype wire
