// The device's reads of host memory: AR to messages, the host's data to R (docs/wire.md).
//
// Bursts are cut into requests of 256 bytes at most; only the first has an address. A request is sent when there is room
// for 256 bytes, so the host's data never wait for the device.
`default_nettype none

module bridge_reads #(
    parameter DATA_W      = 64, // 32 or 64
    parameter ADDR_W      = 64, // 32 to 64
    parameter ID_W        = 2,  // 1 to 4
    parameter ROOM_LOG2   = 11  // bytes of host memory that may be asked for, 9 to 14
) (
    input  wire              clk,
    input  wire              rst,

    input  wire [ID_W-1:0]   s_axi_arid,
    input  wire [ADDR_W-1:0] s_axi_araddr,
    input  wire [7:0]        s_axi_arlen,
    input  wire              s_axi_arvalid,
    output wire              s_axi_arready,
    output reg  [ID_W-1:0]   s_axi_rid,
    output wire [DATA_W-1:0] s_axi_rdata,
    output wire [1:0]        s_axi_rresp,
    output reg               s_axi_rlast,
    output reg               s_axi_rvalid,
    input  wire              s_axi_rready,

    // Requests as messages.
    output wire              out_valid,
    input  wire              out_ready,
    output reg  [7:0]        out_data,
    output wire              out_last,

    input  wire              push,
    input  wire [DATA_W-1:0] push_data,
    input  wire [1:0]        push_status,
    output wire              awaited,
    output wire              idle
);
    localparam BYTES_LOG2 = (DATA_W == 64) ? 3 : 2;
    localparam DEPTH_LOG2 = ROOM_LOG2 - BYTES_LOG2;
    localparam COUNT_W    = DEPTH_LOG2 + 1;
    localparam CHUNK_LOG2 = 8 - BYTES_LOG2;  // words of the longest request
    localparam PLACES_W   = ROOM_LOG2 - 8;
    localparam [3:0] MEMORY_READ = 4'd2;
    localparam [1:0] IDLE = 2'd0, OP = 2'd1, ADDRESS = 2'd2, LENGTH = 2'd3;

    // ---- bursts whose data are still to come, in their order. Of neither memory is anything read in the cycle in
    // which it is written (test/formal).
    (* no_rw_check *) reg [ID_W+7:0] bursts [0:15];
    reg  [4:0]      burst_head;
    reg  [4:0]      burst_tail;
    reg             serving;    // the one before the tail
    wire            is_full = (burst_head[4] != burst_tail[4]) & (burst_head[3:0] == burst_tail[3:0]);
    wire            begins  = (state == IDLE) & s_axi_arvalid & ~is_full;

    // ---- requests
    reg  [1:0]            state;
    reg                   follows;
    reg  [7:0]            less1;   // words of the burst still to be asked for, less 1
    reg  [2:0]            index;
    reg  [PLACES_W:0]     places;  // of 256 bytes, each for a request whose words are not all on R
    wire                  is_cut      = less1[7:CHUNK_LOG2] != 0;
    wire [CHUNK_LOG2-1:0] chunk_less1 = is_cut ? {CHUNK_LOG2{1'b1}} : less1[CHUNK_LOG2-1:0];
    wire [63:0]           address     = {{(64-ADDR_W){1'b0}}, s_axi_araddr[ADDR_W-1:BYTES_LOG2], {BYTES_LOG2{1'b0}}};
    wire                  is_wide     = address[63:32] != 32'd0;
    wire                  sent        = out_valid & out_ready;
    wire                  asks        = sent & out_last;

    assign s_axi_arready = asks & ~follows;
    assign out_valid     = (state != IDLE) & ((state != OP) | ~places[PLACES_W]);
    assign out_last      = state == LENGTH;
    assign awaited       = places != 0;
    assign idle          = (state == IDLE) & (burst_head == burst_tail) & ~s_axi_rvalid & ~serving;

    always @(*) begin
        case (state)
            OP:      out_data = {MEMORY_READ, 1'b0, is_wide & ~follows, 1'b0, follows};
            ADDRESS: out_data = address[8*index +: 8];
            default: out_data = {chunk_less1, {BYTES_LOG2{1'b1}}};
        endcase
    end

    always @(posedge clk) begin
        case (state)
            IDLE: begin
                less1   <= s_axi_arlen;
                follows <= 1'b0;
                if (begins)
                    state <= OP;
            end
            OP: if (sent) begin
                state <= follows ? LENGTH : ADDRESS;
                index <= 3'd0;
            end
            ADDRESS: if (sent) begin
                index <= index + 3'd1;
                if (index == {is_wide, 2'b11})
                    state <= LENGTH;
            end
            default: if (sent) begin
                state   <= is_cut ? OP : IDLE;
                follows <= 1'b1;
                less1   <= {less1[7:CHUNK_LOG2] - {{(7-CHUNK_LOG2){1'b0}}, 1'b1}, less1[CHUNK_LOG2-1:0]};
            end
        endcase
        if (begins) begin
            bursts[burst_head[3:0]] <= {s_axi_arid, s_axi_arlen};
            burst_head              <= burst_head + 5'd1;
        end
        if (asks & ~frees)
            places <= places + {{PLACES_W{1'b0}}, 1'b1};
        else if (frees & ~asks)
            places <= places - {{PLACES_W{1'b0}}, 1'b1};
        if (rst) begin
            state      <= IDLE;
            burst_head <= 5'd0;
            places     <= {(PLACES_W+1){1'b0}};
        end
    end

    // ---- data
    (* no_rw_check *) reg [DATA_W+1:0] words [0:(1<<DEPTH_LOG2)-1];
    reg  [DATA_W+1:0]  word;
    reg  [ID_W+7:0]    burst;
    reg  [7:0]         beat;
    reg  [COUNT_W-1:0] pushed;
    reg  [COUNT_W-1:0] popped;
    wire               can_serve = ~serving & (burst_head != burst_tail);
    wire               pop       = serving & (pushed != popped) & (~s_axi_rvalid | s_axi_rready);
    wire               is_last   = beat == burst[7:0];
    wire               frees     = pop & (is_last | (&beat[CHUNK_LOG2-1:0]));

    assign {s_axi_rresp, s_axi_rdata} = word;

    always @(posedge clk) begin
        if (push) begin
            words[pushed[DEPTH_LOG2-1:0]] <= {push_status, push_data};
            pushed                        <= pushed + {{DEPTH_LOG2{1'b0}}, 1'b1};
        end
        if (can_serve) begin
            burst      <= bursts[burst_tail[3:0]];
            burst_tail <= burst_tail + 5'd1;
            serving    <= 1'b1;
            beat       <= 8'd0;
        end
        if (s_axi_rready)
            s_axi_rvalid <= 1'b0;
        if (pop) begin
            word         <= words[popped[DEPTH_LOG2-1:0]];
            popped       <= popped + {{DEPTH_LOG2{1'b0}}, 1'b1};
            s_axi_rvalid <= 1'b1;
            s_axi_rid    <= burst[ID_W+7:8];
            s_axi_rlast  <= is_last;
            beat         <= beat + 8'd1;
            if (is_last)
                serving <= 1'b0;
        end
        if (rst) begin
            burst_tail   <= 5'd0;
            pushed       <= {COUNT_W{1'b0}};
            popped       <= {COUNT_W{1'b0}};
            serving      <= 1'b0;
            s_axi_rvalid <= 1'b0;
        end
    end

    wire unused = &{1'b0, s_axi_araddr[BYTES_LOG2-1:0]};
endmodule

`default_nettype wire
