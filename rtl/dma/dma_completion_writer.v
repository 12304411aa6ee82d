// Writes one completion record of 16 bytes to host memory.
`default_nettype none

module dma_completion_writer #(
    parameter ADDR_W          = 64,
    parameter WORD_BYTES_LOG2 = 3
) (
    input  wire                            clk,
    input  wire                            rst,

    // A pulse; `address` and `record` stay until `done`, a pulse with the answer.
    input  wire                            start,
    input  wire [ADDR_W-1:0]               address,
    input  wire [127:0]                    record,
    output wire                            done,
    output wire [1:0]                      response,

    output reg                             awvalid,
    input  wire                            awready,
    output wire [ADDR_W-1:0]               awaddr,
    output wire [7:0]                      awlen,
    output reg                             wvalid,
    input  wire                            wready,
    output reg  [(8<<WORD_BYTES_LOG2)-1:0] wdata,
    output wire                            wlast,
    input  wire                            bvalid,
    input  wire [1:0]                      bresp
);
    localparam WIDTH  = 8 << WORD_BYTES_LOG2;
    localparam BEAT_W = 4 - WORD_BYTES_LOG2;

    reg [BEAT_W-1:0] beat;

    assign awaddr   = address;
    assign awlen    = {{(8-BEAT_W){1'b0}}, {BEAT_W{1'b1}}};
    assign wlast    = &beat;
    assign done     = bvalid;
    assign response = bresp;

    integer i;
    always @* begin
        wdata = record[WIDTH-1:0];
        for (i = 1; i < (1 << BEAT_W); i = i + 1)
            if (beat == i[BEAT_W-1:0]) wdata = record[WIDTH*i +: WIDTH];
    end

    always @(posedge clk) begin
        if (rst) begin
            awvalid <= 1'b0;
            wvalid  <= 1'b0;
            beat    <= 0;
        end else begin
            awvalid <= start | (awvalid & ~awready);
            wvalid  <= start | (wvalid & ~(wready & wlast));
            if (wvalid & wready) beat <= beat + {{(BEAT_W-1){1'b0}}, 1'b1};
        end
    end
endmodule

`default_nettype wire
