/**
 * Rules that the harness checks on the device's buses, by the bit of the event log in which a broken one is reported.
 * Sources: Arm IHI 0022 (AXI4), sections A3.1 (reset), A3.2 (handshake), A3.3 (dependencies), A3.4 (bursts, strobes),
 * B1 (AXI4-Lite). `isStall`: a wait, for which AXI has no limit: it is reported as a stall, and breaks nothing.
 */
export const protocolRules = [
  { name: "AXI_READ_4KIB", bit: 0, doc: "A read burst crosses a 4 KiB boundary (A3.4.1)." },
  { name: "AXI_WRITE_4KIB", bit: 1, doc: "A write burst crosses a 4 KiB boundary (A3.4.1)." },
  {
    name: "AXI_WLAST",
    bit: 2,
    doc: "WLAST is missing on the last beat of a write burst, or set on another (A3.4.1).",
  },
  {
    name: "AXI_AR_STABLE",
    bit: 3,
    doc: "ARVALID fell, or the read address changed, before ARREADY (A3.2.1).",
  },
  {
    name: "AXI_AW_STABLE",
    bit: 4,
    doc: "AWVALID fell, or the write address changed, before AWREADY (A3.2.1).",
  },
  {
    name: "AXI_W_STABLE",
    bit: 5,
    doc: "WVALID fell, or write data or strobes changed, before WREADY (A3.2.1).",
  },
  {
    name: "AXI_BURST_TYPE",
    bit: 6,
    doc: "A burst has the reserved type, is FIXED with more than 16 beats, or is WRAP with another number of beats than 2, 4, 8 or 16 or without an aligned address (A3.4.1).",
  },
  {
    name: "AXI_SIZE",
    bit: 7,
    doc: "AxSIZE is more than the width of the bus (A3.4.1).",
  },
  {
    name: "AXI_STROBE",
    bit: 8,
    doc: "A write strobe is set for a byte that the beat does not have: below an unaligned start address, or outside of AxSIZE (A3.4.3).",
  },
  { name: "AXI_RESET", bit: 9, doc: "ARVALID, AWVALID or WVALID is high during reset (A3.1.2)." },
  { name: "AXI_R_WAITS", bit: 10, isStall: true, doc: "Read data wait for RREADY." },
  { name: "AXI_B_WAITS", bit: 11, isStall: true, doc: "A write response waits for BREADY." },
  {
    name: "AXI_W_MISSING",
    bit: 12,
    isStall: true,
    doc: "A write address was taken, and its data do not come.",
  },
  { name: "AXI_W_ORPHAN", bit: 13, isStall: true, doc: "Write data wait, and their address does not come." },
  { name: "LITE_R_STABLE", bit: 14, doc: "RVALID fell, or the read data changed, before RREADY (A3.2.1)." },
  { name: "LITE_B_STABLE", bit: 15, doc: "BVALID fell, or the response changed, before BREADY (A3.2.1)." },
  { name: "LITE_R_UNASKED", bit: 16, doc: "Read data without an address that was taken (A3.3.1)." },
  {
    name: "LITE_B_UNASKED",
    bit: 17,
    doc: "A write response without an address and data that were taken (A3.3.1).",
  },
  {
    name: "AXI_X",
    bit: 18,
    doc: "A VALID or READY is undefined (X) outside of reset (A3.1.2, A3.2.1); of a simulator that has X.",
  },
  {
    name: "BRIDGE_BURST",
    bit: 19,
    doc: "A burst is narrower than the bus, or FIXED, or WRAP: AXI has it, but the bridge of a board does not serve it.",
  },
] as const satisfies readonly Rule[];

interface Rule {
  readonly name: string;
  readonly bit: number;
  readonly doc: string;
  readonly isStall?: true;
}

export type ProtocolRule = (typeof protocolRules)[number]["name"];

/** Whether what an event of kind `violation` reports is a wait, which breaks no rule. */
export function isStall(name: string): boolean {
  const rule: Rule | undefined = protocolRules.find((one) => one.name === name);
  return rule?.isStall === true;
}
