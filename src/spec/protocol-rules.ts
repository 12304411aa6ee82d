/**
 * Rules that the harness checks on the device's bus, by the bit of the event log in which a broken one is reported.
 * Sources: Arm IHI 0022 (AXI4), sections A3.2 (handshake), A3.4 (bursts, strobes).
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
  { name: "AXI_BURST_TYPE", bit: 6, doc: "A burst is not INCR, the only type that the harness serves." },
  {
    name: "AXI_SIZE",
    bit: 7,
    doc: "AxSIZE is not the width of the bus, the only size that the harness serves.",
  },
  {
    name: "AXI_STROBE",
    bit: 8,
    doc: "A write strobe is set for a byte below an unaligned start address (A3.4.3).",
  },
] as const;

export type ProtocolRule = (typeof protocolRules)[number]["name"];
