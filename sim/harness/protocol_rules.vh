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

`endif
