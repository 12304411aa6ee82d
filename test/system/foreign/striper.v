// Copies two stripes of 16 bytes at once, each with an AXI4 ID of its own, in the style that it is told: as masters do in
// whose place it stands. It can be told to have a flaw, too, which shows only with a memory that does what AXI allows.
//
// Registers: 0x0 FROM, 0x4 TO (stripes of 16 bytes lie 64 bytes apart), 0x8 START {flaw[7:4], style[3:0]}, 0xc STATUS
// {failed stripes[2:1], done[0]}; a write to STATUS takes the interrupt back.
`default_nettype none

module striper (
    input  wire        clk,
    input  wire        rst,

    input  wire [3:0]  s_awaddr,
    input  wire        s_awvalid,
    output wire        s_awready,
    input  wire [31:0] s_wdata,
    input  wire        s_wvalid,
    output wire        s_wready,
    output wire [1:0]  s_bresp,
    output reg         s_bvalid,
    input  wire        s_bready,
    input  wire [3:0]  s_araddr,
    input  wire        s_arvalid,
    output wire        s_arready,
    output reg  [31:0] s_rdata,
    output wire [1:0]  s_rresp,
    output reg         s_rvalid,
    input  wire        s_rready,

    output wire [3:0]  m_awid,
    output wire [31:0] m_awaddr,
    output wire [7:0]  m_awlen,
    output wire [2:0]  m_awsize,
    output wire [1:0]  m_awburst,
    output wire        m_awvalid,
    input  wire        m_awready,
    output wire [31:0] m_wdata,
    output wire [3:0]  m_wstrb,
    output wire        m_wlast,
    output wire        m_wvalid,
    input  wire        m_wready,
    input  wire [3:0]  m_bid,
    input  wire [1:0]  m_bresp,
    input  wire        m_bvalid,
    output wire        m_bready,
    output wire [3:0]  m_arid,
    output wire [31:0] m_araddr,
    output wire [7:0]  m_arlen,
    output wire [2:0]  m_arsize,
    output wire [1:0]  m_arburst,
    output wire        m_arvalid,
    input  wire        m_arready,
    input  wire [3:0]  m_rid,
    input  wire [31:0] m_rdata,
    input  wire [1:0]  m_rresp,
    input  wire        m_rlast,
    input  wire        m_rvalid,
    output wire        m_rready,
    output wire        irq
);
    // Styles; 0 offers address and data together.
    localparam [3:0] DATA_FIRST  = 4'd1;
    localparam [3:0] AFTER_B     = 4'd2; // the second stripe is written when the first has been answered
    localparam [3:0] ID_A_BURST  = 4'd3;
    localparam [3:0] FIXED_READ  = 4'd4;
    localparam [3:0] NARROW      = 4'd5;
    localparam [3:0] BURST_A_BEAT = 4'd6;
    localparam [3:0] WRAP_READ   = 4'd7;

    // Flaws; 0 is none.
    localparam [3:0] KEEPS_RID   = 4'd1; // believes the ID of the first beat of read data up to RLAST
    localparam [3:0] READ_ORDER  = 4'd2; // takes the stripes' data for those that were asked for first
    localparam [3:0] WRITE_ORDER = 4'd3; // takes the answers for those of the bursts that were written first
    localparam [3:0] FORGETS_AW  = 4'd4; // forgets the address when its data have all been taken
    localparam [3:0] NO_VALID    = 4'd5; // takes a register write by its address alone
    localparam [3:0] WAITS_READY = 4'd6; // offers no address of a read before ARREADY

    // ---- registers
    reg [31:0] from;
    reg [31:0] to;
    reg [3:0]  style;
    reg [3:0]  flaw;
    reg        busy;
    reg        done;
    reg [1:0]  failed;
    reg [2:0]  job;

    wire write = s_awvalid & s_wvalid & ~s_bvalid;
    wire read  = s_arvalid & ~s_rvalid;
    wire start = write & (s_awaddr[3:2] == 2'd2);

    assign s_awready = write;
    assign s_wready  = write;
    assign s_arready = read;
    assign s_bresp   = 2'b00;
    assign s_rresp   = 2'b00;
    assign irq       = done;

    // ---- reads: a stripe has one burst, or four of a beat
    wire narrow = style == NARROW;
    wire single = style == BURST_A_BEAT;
    wire [3:0] beats_of_stripe = narrow ? 4'd8 : 4'd4;

    reg        ar_stripe;
    reg [1:0]  ar_beat;
    reg        ar_more;
    reg        ar_saw_ready;
    reg [31:0] data [0:7];
    reg [3:0]  r_count0;
    reg [3:0]  r_count1;
    reg        r_open;
    reg        r_kept;

    wire ar     = m_arvalid & m_arready;
    wire r      = m_rvalid & m_rready;
    wire r_stripe = (flaw == KEEPS_RID && r_open) ? r_kept
                  : (flaw == READ_ORDER)          ? r_count0 == beats_of_stripe
                  :                                 m_rid[0];
    wire [3:0] r_count = r_stripe ? r_count1 : r_count0;
    wire [2:0] r_word  = {r_stripe, narrow ? r_count[2:1] : r_count[1:0]};

    assign m_arid    = (style == ID_A_BURST) ? {job, ar_stripe} : {3'd1, ar_stripe};
    assign m_araddr  = from + {25'd0, ar_stripe, 6'd0} + (single ? {28'd0, ar_beat, 2'd0} : 32'd0)
                     + ((style == WRAP_READ) ? 32'd8 : 32'd0);
    assign m_arlen   = single ? 8'd0 : {4'd0, beats_of_stripe - 4'd1};
    assign m_arsize  = narrow ? 3'd1 : 3'd2;
    assign m_arburst = (style == FIXED_READ) ? 2'b00 : (style == WRAP_READ) ? 2'b10 : 2'b01;
    assign m_arvalid = ar_more & (flaw != WAITS_READY | ar_saw_ready);
    assign m_rready  = 1'b1;

    // ---- writes: a stripe after the other
    reg        w_stripe;
    reg        w_all;      // both have been written
    reg [1:0]  aw_beat;
    reg        aw_left;    // addresses of the stripe are to be taken
    reg [3:0]  w_beat;
    reg [2:0]  w_since;    // cycles since the data were there
    reg [2:0]  b_count0;
    reg [2:0]  b_count1;

    wire [2:0] bursts = single ? 3'd4 : 3'd1;
    wire there  = busy & ~w_all & ((w_stripe ? r_count1 : r_count0) == beats_of_stripe)
                & (style != AFTER_B | ~w_stripe | b_count0 == bursts);
    wire aw     = m_awvalid & m_awready;
    wire w      = m_wvalid & m_wready;
    wire b      = m_bvalid & m_bready;
    wire w_left = w_beat != beats_of_stripe;
    wire aw_ends = aw & (~single | (&aw_beat));
    wire w_ends = w & (w_beat == beats_of_stripe - 4'd1);
    wire forgets = (flaw == FORGETS_AW) & w_ends & aw_left & ~aw;
    wire ends   = there & (~aw_left | aw_ends | forgets) & (~w_left | w_ends);
    wire b_stripe = (flaw == WRITE_ORDER) ? b_count0 == bursts : m_bid[0];
    wire [2:0] w_word = {w_stripe, narrow ? w_beat[2:1] : w_beat[1:0]};

    assign m_awid    = (style == ID_A_BURST) ? {job, w_stripe} : {3'd1, w_stripe};
    assign m_awaddr  = to + {25'd0, w_stripe, 6'd0} + (single ? {28'd0, aw_beat, 2'd0} : 32'd0);
    assign m_awlen   = m_arlen;
    assign m_awsize  = m_arsize;
    assign m_awburst = 2'b01;
    assign m_awvalid = there & aw_left & (style != DATA_FIRST | (&w_since));
    assign m_wdata   = data[w_word];
    assign m_wstrb   = ~narrow ? 4'b1111 : w_beat[0] ? 4'b1100 : 4'b0011;
    assign m_wlast   = single | (w_beat == beats_of_stripe - 4'd1);
    assign m_wvalid  = there & w_left;
    assign m_bready  = 1'b1;

    always @(posedge clk) begin
        if (rst) begin
            s_bvalid <= 1'b0;
            s_rvalid <= 1'b0;
            busy     <= 1'b0;
            done     <= 1'b0;
            ar_more  <= 1'b0;
            job      <= 3'd0;
            style    <= 4'd0;
            flaw     <= 4'd0;
        end else begin
            if (s_bready) s_bvalid <= 1'b0;
            if (s_rready) s_rvalid <= 1'b0;
            if (write) s_bvalid <= 1'b1;
            if (write & (s_awaddr[3:2] == 2'd0)) from <= s_wdata;
            if ((write | flaw == NO_VALID) & (s_awaddr[3:2] == 2'd1)) to <= s_wdata;
            if (write & (s_awaddr[3:2] == 2'd3)) done <= 1'b0;
            if (read) begin
                s_rvalid <= 1'b1;
                s_rdata  <= {29'd0, failed, done};
            end

            ar_saw_ready <= ar_more & ~ar & (m_arready | ar_saw_ready);
            if (ar) begin
                ar_beat <= single ? ar_beat + 2'd1 : 2'd0;
                if (~single | (&ar_beat)) begin
                    ar_stripe <= 1'b1;
                    if (ar_stripe) ar_more <= 1'b0;
                end
            end
            if (r) begin
                r_open <= ~m_rlast;
                r_kept <= r_stripe;
                if (r_stripe) r_count1 <= r_count1 + 4'd1;
                else          r_count0 <= r_count0 + 4'd1;
                if (~narrow | ~r_count[0]) data[r_word][15:0]  <= m_rdata[15:0];
                if (~narrow | r_count[0])  data[r_word][31:16] <= m_rdata[31:16];
                if (m_rresp[1]) failed[m_rid[0]] <= 1'b1;
            end

            if (there & ~(&w_since)) w_since <= w_since + 3'd1;
            if (aw) aw_beat <= aw_beat + 2'd1;
            if (aw_ends | forgets) aw_left <= 1'b0;
            if (w) w_beat <= w_beat + 4'd1;
            if (ends) begin
                w_stripe <= 1'b1;
                w_all    <= w_stripe;
                aw_beat  <= 2'd0;
                aw_left  <= 1'b1;
                w_beat   <= 4'd0;
                w_since  <= 3'd0;
            end
            if (b) begin
                if (b_stripe) b_count1 <= b_count1 + 3'd1;
                else          b_count0 <= b_count0 + 3'd1;
                if (m_bresp[1]) failed[b_stripe] <= 1'b1;
            end
            if (busy & b_count0 == bursts & b_count1 == bursts) begin
                busy <= 1'b0;
                done <= 1'b1;
            end

            if (start) begin
                {flaw, style} <= s_wdata[7:0];
                job       <= job + 3'd1;
                busy      <= 1'b1;
                failed    <= 2'd0;
                ar_more   <= 1'b1;
                ar_stripe <= 1'b0;
                ar_beat   <= 2'd0;
                ar_saw_ready <= 1'b0;
                r_count0  <= 4'd0;
                r_count1  <= 4'd0;
                r_open    <= 1'b0;
                w_stripe  <= 1'b0;
                w_all     <= 1'b0;
                aw_beat   <= 2'd0;
                aw_left   <= 1'b1;
                w_beat    <= 4'd0;
                w_since   <= 3'd0;
                b_count0  <= 3'd0;
                b_count1  <= 3'd0;
            end
        end
    end

    wire unused = &{1'b0, s_awaddr[1:0], s_araddr, r_count[3], m_rid[3:1], m_bid[3:1], m_rresp[0], m_bresp[0]};
endmodule

`default_nettype wire
