// The host's register accesses: works off a ring of commands that the host writes straight into `command`, in order,
// one at a time, as an AXI4-Lite master.
//
// A command is {operation[1:0], byte address[29:0], data[31:0]}; operation 1 writes, 2 reads. Its answer goes to the same
// index of `response`: {lower bits of its cycle[29:0], response[1:0], read data[31:0]}.
`default_nettype none

module hilt_harness_commands #(
    parameter ROUGH = 0 // 1: idle lines may carry junk, READY may rise late
) (
    input  wire        clk,
    input  wire        rst,
    input  wire [29:0] cycle,

    // The answer is not taken in this cycle.
    input  wire        stall,
    input  wire        cfg_ready_after_valid,
    input  wire        junk,
    input  wire [63:0] junk_bits,

    // Free-running counters: equal means that there is nothing to do.
    input  wire [8:0]  tail,
    output reg  [8:0]  head,

    output wire [31:0] awaddr,
    output reg         awvalid,
    input  wire        awready,
    output wire [31:0] wdata,
    output reg         wvalid,
    input  wire        wready,
    input  wire [1:0]  bresp,
    input  wire        bvalid,
    output wire        bready,
    output wire [31:0] araddr,
    output reg         arvalid,
    input  wire        arready,
    input  wire [31:0] rdata,
    input  wire [1:0]  rresp,
    input  wire        rvalid,
    output wire        rready
);
    localparam [1:0] OPERATION_WRITE = 2'd1;
    localparam [1:0] OPERATION_READ  = 2'd2;

    reg [63:0] command  [0:255] /* verilator public_flat_rw */;
    reg [63:0] response [0:255] /* verilator public_flat_rw */;

    reg        busy;
    reg [31:0] address;
    reg [31:0] data;

    wire        late;
    wire        accepts  = ~stall & ~late;
    wire        ends     = busy & (bvalid | rvalid) & accepts;
    wire [8:0]  next     = head + {8'd0, ends};
    wire        start    = (~busy | ends) & (next != tail);
    wire [63:0] loaded   = command[next[7:0]];
    wire        is_write = loaded[63:62] == OPERATION_WRITE;
    wire        is_read  = loaded[63:62] == OPERATION_READ;

    assign bready = accepts;
    assign rready = accepts;

    hilt_harness_late #(.ROUGH(ROUGH)) late_answer (
        .clk(clk),
        .rst(rst),
        .cfg_ready_after_valid(cfg_ready_after_valid),
        .valid(bvalid | rvalid),
        .ready(accepts),
        .late(late)
    );

    // Junk is most harmful near the register that was accessed last, and of ones.
    generate
        if (ROUGH != 0) begin : rough
            wire [31:0] junk_address = {address[31:12],
                                        junk_bits[0] ? junk_bits[12:9] : address[11:8], junk_bits[8:3], 2'b00};
            wire [31:0] junk_data    = junk_bits[1] ? junk_bits[63:32] : {32{junk_bits[2]}};

            assign awaddr = (junk & ~awvalid) ? junk_address : address;
            assign araddr = (junk & ~arvalid) ? junk_address : address;
            assign wdata  = (junk & ~wvalid) ? junk_data : data;
            wire unused = &{1'b0, junk_bits[31:13]};
        end else begin : plain
            assign awaddr = address;
            assign araddr = address;
            assign wdata  = data;
            wire unused = &{1'b0, junk, junk_bits};
        end
    endgenerate

    always @(posedge clk) begin
        if (rst) begin
            busy    <= 1'b0;
            head    <= 9'd0;
            awvalid <= 1'b0;
            wvalid  <= 1'b0;
            arvalid <= 1'b0;
        end else begin
            head    <= next;
            busy    <= start | (busy & ~ends);
            awvalid <= (start & is_write) | (awvalid & ~awready);
            wvalid  <= (start & is_write) | (wvalid & ~wready);
            arvalid <= (start & is_read) | (arvalid & ~arready);
        end
        if (start) begin
            address <= {2'b00, loaded[61:32]};
            data    <= loaded[31:0];
        end
        if (ends) response[head[7:0]] <= {cycle, rvalid ? rresp : bresp, rdata};
    end
endmodule

`default_nettype wire
