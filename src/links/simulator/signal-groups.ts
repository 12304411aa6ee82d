/** Nets of the harness (sim/harness/top.v) that are worth a look, in the order in which one reads them. */
const buses: Readonly<Record<string, readonly string[]>> = {
  "clock and reset": ["clk", "rst", "cycle"],
  "register port": names("s_axil_", {
    aw: ["addr", "valid", "ready"],
    w: ["data", "valid", "ready"],
    b: ["resp", "valid", "ready"],
    ar: ["addr", "valid", "ready"],
    r: ["data", "resp", "valid", "ready"],
  }),
  interrupt: ["irq"],
  "AXI read address": names("", { ar: ["valid", "ready", "addr", "len", "id"] }),
  "AXI read data": names("", { r: ["valid", "ready", "data", "resp", "last", "id"] }),
  "AXI write address": names("", { aw: ["valid", "ready", "addr", "len", "id"] }),
  "AXI write data": names("", { w: ["valid", "ready", "data", "strb", "last"] }),
  "AXI write response": names("", { b: ["valid", "ready", "resp", "id"] }),
  "checks of the harness": ["read_fault", "write_fault", "broken"],
};

function names(prefix: string, channels: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(channels).flatMap(([channel, signals]) =>
    signals.map((signal) => prefix + channel + signal),
  );
}

/** What is recorded when nothing is chosen: the device and what goes in and out of it. */
export const usefulSignals: readonly string[] = ["device.**", ...Object.values(buses).flat()];
