// Joins the sources of messages in one stream: the lowest source that has something goes first, and a message is not cut.
`default_nettype none

module bridge_mux #(
    parameter SOURCES = 4
) (
    input  wire                 clk,
    input  wire                 rst,

    input  wire [SOURCES-1:0]   in_valid,
    output wire [SOURCES-1:0]   in_ready,
    input  wire [8*SOURCES-1:0] in_data,
    input  wire [SOURCES-1:0]   in_last,

    output wire                 out_valid,
    input  wire                 out_ready,
    output reg  [7:0]           out_data
);
    reg  [SOURCES-1:0] grant;
    wire               done = |(grant & in_valid & in_ready & in_last);
    integer            i;

    assign in_ready  = grant & {SOURCES{out_ready}};
    assign out_valid = |(grant & in_valid);

    always @(*) begin
        out_data = 8'd0;
        for (i = 0; i < SOURCES; i = i + 1)
            out_data = out_data | (in_data[8*i +: 8] & {8{grant[i]}});
    end

    always @(posedge clk) begin
        if (rst | done)
            grant <= {SOURCES{1'b0}};
        else if (grant == {SOURCES{1'b0}})
            grant <= in_valid & (~in_valid + {{(SOURCES-1){1'b0}}, 1'b1});
    end
endmodule

`default_nettype wire
