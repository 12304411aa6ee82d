// From a logical address to its place in the harness's tables: which region it hits, and its index in there.
// Combinational.
`default_nettype none

module hilt_harness_lookup #(
    parameter REGION_BYTES_LOG2 = 24
) (
    input  wire [63:0]                  address,
    // Regions are aligned to their size and never overlap.
    input  wire [63:0]                  cfg_region_base_0,
    input  wire [63:0]                  cfg_region_base_1,
    input  wire [63:0]                  cfg_region_base_2,
    input  wire [63:0]                  cfg_region_base_3,
    input  wire [3:0]                   cfg_region_enable,
    output wire                         hit,
    // {region, offset in it}
    output wire [REGION_BYTES_LOG2+1:0] index
);
    localparam TAG_W = 64 - REGION_BYTES_LOG2;

    wire [TAG_W-1:0] tag   = address[63:REGION_BYTES_LOG2];
    wire             hit_0 = cfg_region_enable[0] & (tag == cfg_region_base_0[63:REGION_BYTES_LOG2]);
    wire             hit_1 = cfg_region_enable[1] & (tag == cfg_region_base_1[63:REGION_BYTES_LOG2]);
    wire             hit_2 = cfg_region_enable[2] & (tag == cfg_region_base_2[63:REGION_BYTES_LOG2]);
    wire             hit_3 = cfg_region_enable[3] & (tag == cfg_region_base_3[63:REGION_BYTES_LOG2]);

    assign hit   = hit_0 | hit_1 | hit_2 | hit_3;
    assign index = {hit_2 | hit_3, hit_1 | hit_3, address[REGION_BYTES_LOG2-1:0]};

    wire unused = &{1'b0,
        cfg_region_base_0[REGION_BYTES_LOG2-1:0], cfg_region_base_1[REGION_BYTES_LOG2-1:0],
        cfg_region_base_2[REGION_BYTES_LOG2-1:0], cfg_region_base_3[REGION_BYTES_LOG2-1:0]};
endmodule

`default_nettype wire
