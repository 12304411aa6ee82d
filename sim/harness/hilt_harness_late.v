// READY of a rough memory may rise only after VALID has been seen (Arm IHI 0022, A3.2.1): `late` holds it back until then.
`default_nettype none

module hilt_harness_late #(
    parameter ROUGH = 0
) (
    input  wire clk,
    input  wire rst,
    input  wire cfg_ready_after_valid,
    input  wire valid,
    input  wire ready,
    output wire late
);
    generate
        if (ROUGH != 0) begin : rough
            reg waited;
            always @(posedge clk) waited <= valid & ~ready & ~rst;
            assign late = cfg_ready_after_valid & ~waited;
        end else begin : plain
            assign late = 1'b0;
            wire unused = &{1'b0, clk, rst, cfg_ready_after_valid, valid, ready};
        end
    endgenerate
endmodule

`default_nettype wire
