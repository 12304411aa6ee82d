// Generated from src/spec by "npm run generate": the bits of the protocol rules in an event record. Do not edit.
`ifndef HILT_PROTOCOL_RULES_VH
`define HILT_PROTOCOL_RULES_VH

`define HILT_RULE_AXI_READ_4KIB  0
`define HILT_RULE_AXI_WRITE_4KIB 1
`define HILT_RULE_AXI_WLAST      2
`define HILT_RULE_AXI_AR_STABLE  3
`define HILT_RULE_AXI_AW_STABLE  4
`define HILT_RULE_AXI_W_STABLE   5
`define HILT_RULE_AXI_BURST_TYPE 6
`define HILT_RULE_AXI_SIZE       7
`define HILT_RULE_AXI_STROBE     8
`define HILT_RULE_AXI_RESET      9
`define HILT_RULE_AXI_R_WAITS    10
`define HILT_RULE_AXI_B_WAITS    11
`define HILT_RULE_AXI_W_MISSING  12
`define HILT_RULE_AXI_W_ORPHAN   13
`define HILT_RULE_LITE_R_STABLE  14
`define HILT_RULE_LITE_B_STABLE  15
`define HILT_RULE_LITE_R_UNASKED 16
`define HILT_RULE_LITE_B_UNASKED 17
`define HILT_RULE_AXI_X          18
`define HILT_RULE_BRIDGE_BURST   19

`endif
