// Turns finished descriptors that ask for an interrupt into fewer interrupts: one after `count` of them, or `time16`
// times 16 cycles after the first, whichever is first. None is lost: `flush` raises what is pending.
`default_nettype none

module dma_coalesce #(
    parameter ENABLED = 1
) (
    input  wire        clk,
    input  wire        rst,
    input  wire        flagged,
    input  wire        flush,
    input  wire [7:0]  count,
    input  wire [15:0] time16,
    output wire        raise
);
    generate
        if (ENABLED != 0) begin : coalescing
            reg  [7:0]  pending;
            reg  [19:0] elapsed;
            wire [8:0]  reached = {1'b0, pending} + {8'd0, flagged};
            wire        is_any  = reached != 9'd0;
            wire        is_late = (time16 != 16'd0) & (elapsed >= {time16, 4'd0}) & (pending != 8'd0);

            assign raise = is_any & ((reached >= {1'b0, count}) | is_late | flush);

            always @(posedge clk) begin
                if (rst | raise)
                    pending <= 8'd0;
                else
                    pending <= reached[7:0];
                if (pending == 8'd0)
                    elapsed <= 20'd1;
                else if (elapsed != 20'hfffff)
                    elapsed <= elapsed + 20'd1;
            end
        end else begin : direct
            assign raise = flagged;
            wire unused = &{1'b0, clk, rst, flush, count, time16};
        end
    endgenerate
endmodule

`default_nettype wire
