// Joins the sources of messages in one stream: the lowest source that has something goes first, and a message is not cut.
`default_nettype none

module bridge_mux (
    input  wire        clk,
    input  wire        rst,

    input  wire [3:0]  in_valid,
    output wire [3:0]  in_ready,
    input  wire [31:0] in_data,
    input  wire [3:0]  in_last,

    output wire        out_valid,
    input  wire        out_ready,
    output wire [7:0]  out_data
);
    reg        busy;
    reg  [1:0] source;
    wire       ready = busy & out_ready;

    assign out_valid = busy & in_valid[source];
    assign out_data  = in_data[8*source +: 8];
    assign in_ready  = {source == 2'd3, source == 2'd2, source == 2'd1, source == 2'd0} & {4{ready}};

    always @(posedge clk) begin
        if (~busy) begin
            busy   <= in_valid != 4'd0;
            source <= in_valid[0] ? 2'd0 : in_valid[1] ? 2'd1 : in_valid[2] ? 2'd2 : 2'd3;
        end else if (out_valid & out_ready & in_last[source])
            busy <= 1'b0;
        if (rst)
            busy <= 1'b0;
    end
endmodule

`default_nettype wire
