import type { CheckedRule } from "./rule-traffic.ts";

/** A change of `hilt_harness_rules.v` that is a fault. */
export interface RuleMutant {
  readonly rule: CheckedRule;
  readonly from: string;
  readonly to: string;
}

/** Of the harness: a rule that sleeps, and rules that cry wolf. */
export const ruleMutants: readonly RuleMutant[] = [
  { rule: "AXI_READ_4KIB", from: "(last > 13'h1000)", to: "(last > 13'h1008)" },
  { rule: "AXI_WRITE_4KIB", from: "(last > 13'h1000)", to: "(last >= 13'h1000)" },
  {
    rule: "AXI_WLAST",
    from: "write_beat_wlast != write_beat_is_last}",
    to: "write_beat_wlast & ~write_beat_is_last}",
  },
  { rule: "AXI_W_STABLE", from: "(wdata != w_data)", to: "(wdata[7:1] != w_data[7:1])" },
  { rule: "AXI_AR_STABLE", from: "ar_rest_now = {arid, ", to: "ar_rest_now = {4'd0, " },
  { rule: "AXI_BURST_TYPE", from: "awsize, awburst, `", to: "awsize, INCR, `" },
  { rule: "AXI_BURST_TYPE", from: "len > 8'd15", to: "len > 8'd16" },
  { rule: "AXI_BURST_TYPE", from: "? ~is_aligned |", to: "? 1'b0 |" },
  { rule: "AXI_SIZE", from: "size > SIZE}", to: "size > SIZE + 3'd1}" },
  { rule: "AXI_READ_4KIB", from: "(size <= SIZE) & (burst == INCR) &", to: "(size <= SIZE) &" },
  { rule: "AXI_R_WAITS", from: "rvalid & ~rready};", to: "rvalid & rready};" },
  { rule: "AXI_R_WAITS", from: "& lasted & waits;", to: "& waits;" },
  {
    rule: "AXI_STROBE",
    from: "<< lane_of_size);",
    to: "<< first_lane);",
  },
];
