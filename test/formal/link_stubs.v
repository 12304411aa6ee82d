// Instead of the frames of a line: any frame of either direction in any cycle. What the link does must be right whatever
// the other side sends.
`default_nettype none

module frame_receiver (
    input  wire        clk,
    input  wire        rst,
    input  wire        valid,
    input  wire [7:0]  data,
    output wire        payload_valid,
    output wire [7:0]  payload_data,
    output wire        ended,
    output wire        good,
    output wire [3:0]  kind,
    output wire [3:0]  epoch,
    output wire [15:0] not_seq,
    output wire [15:0] not_ack,
    output wire [7:0]  not_window
);
    (* anyseq *) wire any_payload;
    (* anyseq *) wire any_ended;
    (* anyseq *) wire any_good;
    (* anyseq *) wire [7:0]  any_data;
    (* anyseq *) wire [47:0] any_header;
    assign payload_valid = any_payload & ~any_ended;
    assign payload_data  = any_data;
    assign ended         = any_ended;
    assign good          = any_ended & any_good;
    assign {kind, epoch, not_seq, not_ack, not_window} = any_header;
endmodule

module frame_transmitter (
    input  wire        clk,
    input  wire        rst,
    input  wire        start,
    input  wire        delimit,
    output wire        idle,
    output wire        starving,
    input  wire [3:0]  kind,
    input  wire [3:0]  epoch,
    input  wire [15:0] seq,
    input  wire [15:0] ack,
    input  wire [7:0]  window,
    output wire        payload_next,
    input  wire        payload_wait,
    input  wire        payload_end,
    input  wire [7:0]  payload_data,
    output wire        out_valid,
    input  wire        out_ready,
    output wire [7:0]  out_data,
    output wire        quiet
);
    (* anyseq *) wire any_next;
    (* anyseq *) wire any_end;
    (* anyseq *) wire any_starving;
    reg busy = 1'b0;
    reg waited = 1'b0;
    always @(posedge clk) begin
        busy   <= ~rst & (start | (busy & ~any_end));
        waited <= ~payload_next;
    end
    assign idle         = ~busy;
    assign starving     = any_starving;
    assign payload_next = busy & waited & any_next & ~payload_wait;
    assign out_valid    = 1'b0;
    assign out_data     = 8'd0;
    assign quiet        = 1'b0;
endmodule

`default_nettype wire
