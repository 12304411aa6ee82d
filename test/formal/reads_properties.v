// The device's reads through `bridge_reads`, all bursts of one length, whichever, whatever device, line and host do. By induction, from any state
// on in which a reset finds it: data come only after the address of their burst has been taken, as many as were asked for, and
// none of before; and what the host sends for it has room, so that it never waits for the device.
`default_nettype none

module reads_properties #(
    parameter [7:0] LESS1 = 0 // words of a burst, less 1
) (
    input wire clk
);
    localparam [12:0] WORDS  = {5'd0, LESS1} + 13'd1;
    localparam [12:0] CHUNKS = {11'd0, LESS1[7:6]} + 13'd1;

    (* anyseq *) wire        any_arvalid;
    (* anyseq *) wire [31:0] any_araddr;
    (* anyseq *) wire        any_rready;
    (* anyseq *) wire        any_ready;
    (* anyseq *) wire        any_push;
    (* anyseq *) wire [1:0]  any_status;

    reg started = 1'b0;
    always @(posedge clk)
        started <= 1'b1;
    wire rst = ~started;

    wire       arready;
    wire       rvalid;
    wire       rlast;
    wire       out_valid;
    wire       out_last;
    wire [7:0] out_data;
    wire       awaited;
    // The host sends what it was asked for, and no more.
    reg [12:0] owed;
    wire       push = any_push & (owed != 13'd0);

    bridge_reads #(.DATA_W(32), .ADDR_W(32), .ID_W(1), .ROOM_LOG2(9)) reads (
        .clk(clk),
        .rst(rst),
        .s_axi_arid(1'b0),
        .s_axi_araddr(any_araddr),
        .s_axi_arlen(LESS1),
        .s_axi_arvalid(any_arvalid),
        .s_axi_arready(arready),
        .s_axi_rid(),
        .s_axi_rdata(),
        .s_axi_rresp(),
        .s_axi_rlast(rlast),
        .s_axi_rvalid(rvalid),
        .s_axi_rready(any_rready),
        .out_valid(out_valid),
        .out_ready(any_ready),
        .out_data(out_data),
        .out_last(out_last),
        .push(push),
        .push_data(32'd0),
        .push_status(any_status),
        .awaited(awaited),
        .idle()
    );

    (* hierconn *) wire [1:0] \reads.state ;
    (* hierconn *) wire       \reads.follows ;
    (* hierconn *) wire [7:0] \reads.less1 ;
    (* hierconn *) wire [1:0] \reads.places ;
    (* hierconn *) wire [4:0] \reads.burst_head ;
    (* hierconn *) wire [4:0] \reads.burst_tail ;
    (* hierconn *) wire       \reads.serving ;
    (* hierconn *) wire [8:0] \reads.burst ;
    (* hierconn *) wire [7:0] \reads.beat ;
    (* hierconn *) wire [7:0] \reads.pushed ;
    (* hierconn *) wire [7:0] \reads.popped ;
    (* hierconn *) wire       \reads.pop ;
    (* hierconn *) wire       \reads.begins ;
    (* hierconn *) wire       \reads.can_serve ;

    reg        ar_held;
    reg        r_held;
    reg        was_last;
    reg [4:0]  bursts;  // whose address was taken, and whose last word was not
    reg [7:0]  taken;   // words of the oldest
    wire       takes = rvalid & any_rready;
    always @(posedge clk) begin
        ar_held  <= any_arvalid & ~arready & ~rst;
        r_held   <= rvalid & ~any_rready & ~rst;
        was_last <= rlast;
        bursts   <= bursts + {4'd0, any_arvalid & arready} - {4'd0, takes & rlast};
        owed     <= owed + ((out_valid & any_ready & out_last) ? {7'd0, out_data[7:2]} + 13'd1 : 13'd0) - {12'd0, push};
        if (takes)
            taken <= rlast ? 8'd0 : taken + 8'd1;
        if (rst) begin
            bursts <= 5'd0;
            owed   <= 13'd0;
            taken  <= 8'd0;
        end
    end
    always @(*) begin
        if (ar_held) assume (any_arvalid);
        // What was put into the memory of the bursts comes out of it.
        if (\reads.serving ) assume (\reads.burst [7:0] == LESS1);
    end

    // ---- in the bridge's own counts
    wire        is_asking = \reads.state != 2'd0;
    wire [7:0]  held      = \reads.pushed - \reads.popped ;
    wire [4:0]  queued    = \reads.burst_head - \reads.burst_tail ;
    wire [12:0] open      = {8'd0, queued} + {12'd0, \reads.serving };
    wire [12:0] unasked   = is_asking ? {5'd0, \reads.less1 } + 13'd1 : 13'd0;
    wire [12:0] uncut     = is_asking ? {11'd0, \reads.less1 [7:6]} + 13'd1 : 13'd0;
    wire [12:0] beat      = \reads.serving ? {5'd0, \reads.beat } : 13'd0;

    always @(*) if (started) begin
        if (rvalid)
            assert ((bursts != 5'd0) & (rlast == (taken == LESS1)));
        if (r_held)
            assert (rvalid & (rlast == was_last));
        // The host's data are expected, and have room.
        if (owed != 13'd0)
            assert (awaited);
        assert (held <= 8'd128);
        // Nothing is read in the cycle in which it is written.
        assert (~(push & \reads.pop & (\reads.pushed [6:0] == \reads.popped [6:0])));
        assert (~(\reads.begins & \reads.can_serve & (\reads.burst_head [3:0] == \reads.burst_tail [3:0])));

        // For the induction.
        assert (queued <= 5'd16);
        assert (owed <= 13'd128);
        assert (\reads.places <= 2'd2);
        assert (owed + {5'd0, held} == open * WORDS - unasked - beat);
        assert ({11'd0, \reads.places } == open * CHUNKS - uncut - {6'd0, beat[12:6]});
        assert (owed + {5'd0, held} <= {5'd0, \reads.places , 6'd0});
        assert (~\reads.serving | (\reads.beat <= LESS1));
        assert (~is_asking | (open != 13'd0));
        assert (~is_asking | \reads.follows | ar_held);
        assert (~\reads.state [1] | (\reads.places <= 2'd1));
        assert (~is_asking | ((\reads.less1 [5:0] == LESS1[5:0]) & (\reads.less1 <= LESS1) & (\reads.follows == (\reads.less1 != LESS1))));
        assert ({8'd0, bursts} == open - {12'd0, is_asking & ~\reads.follows } + {12'd0, rvalid & rlast});
        assert (rvalid ? (rlast ? (beat == 13'd0) & (taken == LESS1) : \reads.serving & (beat == {5'd0, taken} + 13'd1)) : (beat == {5'd0, taken}));
        assert (taken <= LESS1);
    end
endmodule

`default_nettype wire
