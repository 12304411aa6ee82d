// The device's writes through `bridge_writes`, whatever device, line and host do. By induction, from any state on in which a reset
// finds it: what there was before is never answered, every burst is answered once, and only when the host has acknowledged it.
// A message ends for what is urgent in 4 cycles, though the device has nothing. Where nobody makes the bridge wait (QUICK), a word is
// taken every 49 cycles at least, and a burst is answered 6 cycles after its last.
`default_nettype none

module writes_properties #(
    parameter QUICK = 0
) (
    input wire clk
);
    localparam [2:0] IDLE = 3'd0, SEEK = 3'd1, OP = 3'd2, ADDRESS = 3'd3, LENGTH = 3'd4, DATA = 3'd5, PATCH_OP = 3'd6, PATCH_LENGTH = 3'd7;

    (* anyseq *) wire        any_awvalid;
    (* anyseq *) wire [31:0] any_awaddr;
    (* anyseq *) wire        any_wvalid;
    (* anyseq *) wire        any_wlast;
    (* anyseq *) wire [3:0]  any_wstrb;
    (* anyseq *) wire        any_bready;
    (* anyseq *) wire        any_full;
    (* anyseq *) wire        any_urgent;
    (* anyseq *) wire        any_ready;
    (* anyseq *) wire        any_push;
    (* anyseq *) wire [1:0]  any_status;

    reg started = 1'b0;
    always @(posedge clk)
        started <= 1'b1;
    wire rst = ~started;

    wire       awready;
    wire       wready;
    wire       bvalid;
    wire [1:0] bresp;
    wire       out_valid;
    wire       out_last;
    wire       awaited;
    wire       hold;
    wire [1:0] mark;
    wire [1:0] patch;
    wire       awvalid = any_awvalid;
    wire       wvalid  = any_wvalid | (QUICK != 0);
    wire       bready  = any_bready | (QUICK != 0);
    wire       ready   = any_ready | (QUICK != 0);
    wire       push    = awaited & (any_push | (QUICK != 0));
    wire       wlast   = any_wlast;

    bridge_writes #(.DATA_W(32), .ADDR_W(32), .ID_W(1)) writes (
        .clk(clk),
        .rst(rst),
        .s_axi_awid(1'b0),
        .s_axi_awaddr(any_awaddr),
        .s_axi_awvalid(awvalid),
        .s_axi_awready(awready),
        .s_axi_wdata(32'd0),
        .s_axi_wstrb(any_wstrb),
        .s_axi_wlast(wlast),
        .s_axi_wvalid(wvalid),
        .s_axi_wready(wready),
        .s_axi_bid(),
        .s_axi_bresp(bresp),
        .s_axi_bvalid(bvalid),
        .s_axi_bready(bready),
        .full(any_full & (QUICK == 0)),
        .urgent(any_urgent),
        .out_valid(out_valid),
        .out_ready(ready),
        .out_data(),
        .out_last(out_last),
        .out_hold(hold),
        .out_mark(mark),
        .out_patch(patch),
        .push(push),
        .push_status(any_status),
        .awaited(awaited),
        .idle()
    );

    // ---- what is offered stays until it is taken
    reg        w_held;
    reg        was_last;
    reg [3:0]  was_strb;
    reg        aw_held;
    reg [31:0] was_addr;
    reg        b_held;
    reg [1:0]  was_resp;
    wire       ends = wvalid & wready & wlast;
    always @(posedge clk) begin
        w_held   <= wvalid & ~wready & ~rst;
        was_last <= wlast;
        was_strb <= any_wstrb;
        aw_held  <= awvalid & ~awready & ~rst;
        was_addr <= any_awaddr;
        b_held   <= bvalid & ~bready & ~rst;
        was_resp <= bresp;
    end
    always @(*) begin
        if (w_held) assume (wvalid & (wlast == was_last) & (any_wstrb == was_strb));
        if (aw_held) assume (awvalid & (any_awaddr == was_addr));
    end

    (* hierconn *) wire [4:0] \writes.taken ;
    (* hierconn *) wire [4:0] \writes.answered ;
    (* hierconn *) wire       \writes.accept ;
    (* hierconn *) wire       \writes.answer ;
    (* hierconn *) wire [4:0] \writes.returned ;
    (* hierconn *) wire [2:0] \writes.state ;
    (* hierconn *) wire       \writes.ended ;
    (* hierconn *) wire [7:0] \writes.count ;
    (* hierconn *) wire [2:0] \writes.index ;
    (* hierconn *) wire [12:0] \writes.low ;
    wire [2:0] state      = \writes.state ;
    wire       is_begun   = state != IDLE;
    wire       is_first   = \writes.count == 8'hff;
    wire       is_whole   = is_begun & \writes.ended ;
    wire [4:0] unreturned = \writes.taken - \writes.returned ;
    wire [4:0] unanswered = \writes.taken - \writes.answered ;

    reg [4:0] bursts;  // taken whole, and not yet answered
    reg [4:0] unsaid;  // of them, not yet acknowledged by the host
    reg [6:0] age;     // cycles since a word was taken, in a burst
    reg [2:0] tail;    // since the last word, until the burst's last message has been sent
    reg [2:0] late;    // since then, until its answer
    reg       open;    // a message is under way
    reg [1:0] marked;  // bytes that stay back and may be written again
    reg [3:0] urgent;  // cycles in which it has stood in the way of something urgent, though the device had nothing
    always @(posedge clk) begin
        bursts <= bursts + {4'd0, ends} - {4'd0, bvalid & bready};
        unsaid <= unsaid + {4'd0, ends} - {4'd0, push};
        age    <= (~is_begun | is_whole | (wvalid & wready)) ? 7'd0 : age + 7'd1;
        tail   <= is_whole ? tail + 3'd1 : 3'd0;
        late   <= ((unreturned != 5'd0) & ~\writes.answer ) ? late + 3'd1 : 3'd0;
        if (out_valid & ready)
            open <= ~out_last;
        marked <= (mark & {2{out_valid & ready}}) | (~mark & marked & {2{hold}});
        urgent <= (~open | ~any_urgent | ~ready | wvalid) ? 4'd0 : urgent + 4'd1;
        if (rst) begin
            bursts <= 5'd0;
            unsaid <= 5'd0;
            age    <= 7'd0;
            tail   <= 3'd0;
            late   <= 3'd0;
            open   <= 1'b0;
            marked <= 2'd0;
            urgent <= 4'd0;
        end
    end

    always @(*) if (started) begin
        if (bvalid)
            assert (bursts != 5'd0);
        if (awaited)
            assert (unsaid != 5'd0);
        if (b_held)
            assert (bvalid & (bresp == was_resp));
        assert (urgent < 4'd4);
        // Only what stays back is written again.
        assert ((patch == 2'd0) | (hold & ((patch == 2'd1) | (patch == 2'd2)) & ((patch & ~marked) == 2'd0)));
        // Nothing is read in the cycle in which it is written.
        assert (~(\writes.answer & \writes.accept & (\writes.taken [3:0] == \writes.returned [3:0])));
        assert (~(\writes.answer & push & (\writes.answered [3:0] == \writes.returned [3:0])));

        // For the induction: what the counts above are in the bridge's own.
        assert (unreturned <= 5'd16 - {4'd0, is_begun});
        assert (unanswered <= unreturned);
        assert (bursts == unreturned + {4'd0, bvalid} + {4'd0, is_whole});
        assert (unsaid == unanswered + {4'd0, is_whole});
        assert (open == (state >= ADDRESS));
        assert (~open | marked[0]);
        assert ((state < DATA) | marked[1]);
        // A message is begun for a byte that the device has, and goes on until that has been put.
        if (~\writes.ended & ((state == OP) | (state == ADDRESS) | (state == LENGTH) | ((state == DATA) & is_first)))
            assert (w_held & was_strb[\writes.low [1:0]]);
        if ((state == ADDRESS) | (state == LENGTH))
            assert (is_first);
        if (open & is_first & (state <= DATA))
            assert (~\writes.ended );
        if (open)
            assert (urgent <= ((state == PATCH_LENGTH) ? 4'd2 : (state == PATCH_OP) ? 4'd1 : 4'd0));
    end

    // ---- progress
    wire [6:0] lane = 7'd5 + 7'd12 * {5'd0, \writes.low [1:0]};
    always @(*) if (started & (QUICK != 0)) begin
        assert (age < 7'd49);
        assert (tail < 3'd4);
        assert (late < 3'd2);

        // For the induction: the most cycles until each state.
        if ((state == ADDRESS) & ~\writes.ended )
            assert (\writes.index <= 3'd3);
        if (is_begun & ~\writes.ended )
            case (state)
                SEEK:         assert (age <= lane);
                OP:           assert (age <= lane + 7'd1);
                ADDRESS:      assert (age <= lane + 7'd2 + {4'd0, \writes.index });
                LENGTH:       assert (age <= lane + 7'd6);
                DATA:         assert (is_first ? (age <= lane + 7'd7) : (age + 7'd4 <= lane));
                PATCH_OP:     assert (age + 7'd3 <= lane);
                default:      assert (age + 7'd2 <= lane);
            endcase
        if (is_whole)
            assert (((state == SEEK) & (tail == 3'd0)) | ((state == OP) & (tail <= 3'd1)) | ((state == DATA) & ~is_first & (tail == 3'd0))
                    | ((state == PATCH_OP) & (tail <= 3'd1)) | ((state == PATCH_LENGTH) & (tail <= 3'd2)));
        assert (unreturned <= 5'd1);
        assert (unanswered <= 5'd1);
        if (unreturned != 5'd0)
            assert ((late == 3'd1 - {2'd0, unanswered[0]}) & ((state == IDLE) | ((state == SEEK) & (late == 3'd1) & ~\writes.ended )));
    end
endmodule

`default_nettype wire
