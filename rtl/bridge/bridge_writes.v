// The device's writes of host memory: AW and W to messages, the host's acknowledgements to B (docs/wire.md).
//
// Beats are taken apart byte by byte. Consecutive bytes whose strobe is set are one message, up to 256; its first byte and
// its length are written once more when it ends.
`default_nettype none

module bridge_writes #(
    parameter DATA_W      = 64, // 32 or 64
    parameter ADDR_W      = 64, // 32 to 64
    parameter ID_W        = 2   // 1 to 4
) (
    input  wire                clk,
    input  wire                rst,

    input  wire [ID_W-1:0]     s_axi_awid,
    input  wire [ADDR_W-1:0]   s_axi_awaddr,
    input  wire                s_axi_awvalid,
    output wire                s_axi_awready,
    input  wire [DATA_W-1:0]   s_axi_wdata,
    input  wire [DATA_W/8-1:0] s_axi_wstrb,
    input  wire                s_axi_wlast,
    input  wire                s_axi_wvalid,
    output wire                s_axi_wready,
    output reg  [ID_W-1:0]     s_axi_bid,
    output reg  [1:0]          s_axi_bresp,
    output reg                 s_axi_bvalid,
    input  wire                s_axi_bready,

    // Enough is waiting to be sent: no further message is begun, so that others need not wait behind it.
    input  wire                full,
    // Something else wants to be sent: a message that cannot go on ends.
    input  wire                urgent,
    output wire                out_valid,
    input  wire                out_ready,
    output reg  [7:0]          out_data,
    output wire                out_last,
    output wire                out_hold,
    output wire [1:0]          out_mark,
    output wire [1:0]          out_patch,

    input  wire                push,
    input  wire [1:0]          push_status,
    output wire                awaited,
    output wire                idle
);
    localparam BYTES_LOG2 = (DATA_W == 64) ? 3 : 2;
    localparam HIGH_W     = ADDR_W - 12;
    localparam [3:0] MEMORY_WRITE = 4'd1;
    localparam [2:0] IDLE = 3'd0, SEEK = 3'd1, OP = 3'd2, ADDRESS = 3'd3, LENGTH = 3'd4, DATA = 3'd5, PATCH_OP = 3'd6, PATCH_LENGTH = 3'd7;

    reg  [2:0]            state;
    reg  [HIGH_W-1:0]     high;
    reg  [12:0]           low;      // of the next byte, and a carry that keeps a page's end from its beginning
    reg                   follows;  // the next byte follows the last one that was sent
    reg                   is_next;  // this message has no address
    reg                   ended;    // the last beat has been taken
    reg  [2:0]            index;
    reg  [7:0]            count;
    wire [BYTES_LOG2-1:0] lane    = low[BYTES_LOG2-1:0];
    wire                  enabled = s_axi_wvalid & s_axi_wstrb[lane] & ~ended;
    wire                  skipped = s_axi_wvalid & ~s_axi_wstrb[lane] & ~ended;
    wire [63:0]           address = {{(64-ADDR_W){1'b0}}, high, low[11:0]};
    wire                  is_wide = address[63:32] != 32'd0;
    wire                  is_same = (s_axi_awaddr == address[ADDR_W-1:0]) & ~low[12];
    wire                  sent    = out_valid & out_ready;
    wire                  put     = (state == DATA) & sent;
    wire                  skip    = (state == SEEK) & skipped;
    wire                  step    = put | skip;
    wire                  accept  = s_axi_awvalid & s_axi_awready;
    // A load that adds ones, too, shares the adder's LUTs.
    wire [13:0]           low_next = {low, 1'b1} + {{13{accept}}, step};
    wire                  ends    = (state == DATA) & (ended | skipped | ((~s_axi_wvalid | ~out_ready) & urgent & (count != 8'hff)));

    // ---- bursts that wait for the host, in their order. Nothing is read in the cycle in which it is
    // written (test/formal).
    (* ram_style = "block", no_rw_check *) reg [ID_W-1:0] ids [0:15];
    (* ram_style = "block", no_rw_check *) reg [1:0] statuses [0:15];
    reg  [4:0]      taken;
    reg  [4:0]      answered;
    reg  [4:0]      returned;
    wire            is_full = (taken[4] != returned[4]) & (taken[3:0] == returned[3:0]);
    wire            finish  = sent & out_last & ended;
    wire            answer  = (answered != returned) & (~s_axi_bvalid | s_axi_bready);

    assign s_axi_awready = (state == IDLE) & ~is_full;
    assign s_axi_wready  = step & (&lane);
    assign awaited       = answered != taken;
    assign idle          = (state == IDLE) & (taken == returned) & ~s_axi_bvalid;

    // An empty message ends a burst whose last bytes are not written.
    wire is_empty = (state == OP) & ended;
    assign out_valid = (state == OP) | (state == ADDRESS) | (state == LENGTH) | ((state == DATA) & enabled)
                       | (state == PATCH_OP) | (state == PATCH_LENGTH);
    assign out_last  = is_empty | (state == PATCH_LENGTH);
    // Not yet with the first byte: what others have put before it must not stay back.
    assign out_hold  = (state != IDLE) & (state != SEEK) & (state != OP);
    assign out_mark  = {state == LENGTH, state == OP};
    assign out_patch = {state == PATCH_LENGTH, state == PATCH_OP};

    always @(*) begin
        case (state)
            OP, PATCH_OP: out_data = {MEMORY_WRITE, is_empty, is_wide & ~is_next & ~is_empty, ended, is_next & ~is_empty};
            ADDRESS:      out_data = address[8*index +: 8];
            DATA:         out_data = s_axi_wdata[8*lane +: 8];
            default:      out_data = count;
        endcase
    end

    always @(posedge clk) begin
        case (state)
            IDLE: if (accept) begin
                state   <= SEEK;
                high    <= s_axi_awaddr[ADDR_W-1:12];
                follows <= follows & is_same;
                ended   <= 1'b0;
            end
            SEEK: begin
                is_next <= follows;
                if (ended | (enabled & ~full))
                    state <= OP;
            end
            OP: if (sent) begin
                index <= 3'd0;
                count <= 8'hff;
                state <= is_empty ? IDLE : is_next ? LENGTH : ADDRESS;
            end
            ADDRESS: if (sent) begin
                index <= index + 3'd1;
                if (index == {is_wide, 2'b11})
                    state <= LENGTH;
            end
            LENGTH: if (sent)
                state <= DATA;
            DATA: begin
                if (ends | (put & (count == 8'hfe)))
                    state <= PATCH_OP;
                if (put)
                    count <= count + 8'd1;
            end
            PATCH_OP: if (sent)
                state <= PATCH_LENGTH;
            default: if (sent) begin
                follows <= 1'b1;
                state   <= ended ? IDLE : SEEK;
            end
        endcase
        low <= accept ? {1'b0, s_axi_awaddr[11:0]} : low_next[13:1];
        if (step)
            ended <= s_axi_wready & s_axi_wlast;
        if (skip)
            follows <= 1'b0;
        if (accept)
            ids[taken[3:0]] <= s_axi_awid;
        if (finish)
            taken <= taken + 5'd1;
        if (rst) begin
            state   <= IDLE;
            follows <= 1'b0;
            taken   <= 5'd0;
        end
    end

    always @(posedge clk) begin
        if (push) begin
            statuses[answered[3:0]] <= push_status;
            answered                <= answered + 5'd1;
        end
        if (s_axi_bready)
            s_axi_bvalid <= 1'b0;
        if (answer) begin
            s_axi_bid    <= ids[returned[3:0]];
            s_axi_bresp  <= statuses[returned[3:0]];
            s_axi_bvalid <= 1'b1;
            returned     <= returned + 5'd1;
        end
        if (rst) begin
            answered     <= 5'd0;
            returned     <= 5'd0;
            s_axi_bvalid <= 1'b0;
        end
    end

    wire unused = low_next[0];
endmodule

`default_nettype wire
