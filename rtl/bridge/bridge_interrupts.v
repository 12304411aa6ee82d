// Levels of the interrupt lines as messages, on every change (docs/wire.md, "Messages"). A line that changes faster than
// messages leave loses pulses, but never its last rise, nor its last level.
`default_nettype none

module bridge_interrupts #(
    parameter LINES = 1 // 1 to 8
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [LINES-1:0] irq,

    output wire             out_valid,
    input  wire             out_ready,
    output wire [7:0]       out_data,
    output wire             out_last
);
    localparam [7:0] INTERRUPTS = 8'h50;

    reg  [LINES-1:0] now;
    reg  [LINES-1:0] previous;
    reg  [LINES-1:0] rise;   // not in a message yet
    reg  [LINES-1:0] sent;
    reg              index;
    wire [LINES-1:0] risen   = rise | (now & ~previous);
    // A rise of a line that the host knows as high: first a message in which it is low.
    wire [LINES-1:0] levels  = (risen & ~sent) | (~risen & now);
    wire             leaves  = out_valid & out_ready & index;

    assign out_valid = (risen != 0) | (now != sent) | index;
    assign out_last  = index;

    generate
        if (LINES < 8) begin : few
            assign out_data = index ? {{(8-LINES){1'b0}}, levels} : INTERRUPTS;
        end else begin : all
            assign out_data = index ? levels : INTERRUPTS;
        end
    endgenerate

    always @(posedge clk) begin
        now    <= irq;
        previous <= now;
        rise   <= leaves ? (risen & sent) : risen;
        if (leaves)
            sent <= levels;
        if (out_valid & out_ready)
            index <= ~index;
        if (rst) begin
            now    <= {LINES{1'b0}};
            previous <= {LINES{1'b0}};
            rise   <= {LINES{1'b0}};
            sent   <= {LINES{1'b0}};
            index  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
