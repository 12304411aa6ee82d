import type { SignalGroup, WaveSignal } from "../bus/wave-record.ts";

/** The time of the harness; a board has none. */
const COUNT = "cycle";

/**
 * Nets round a device that are worth a look, in the order in which one reads them: of the harness
 * (sim/harness/hilt_harness.v) or of a board (boards/hilt_board.v), which have the same names for the same things.
 */
const buses: Readonly<Record<string, readonly string[]>> = {
  "clock and reset": ["clk", "rst", COUNT],
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
};
const ofHarness: typeof buses = { "checks of the harness": ["read_fault", "write_fault", "broken"] };
const ofBoard: typeof buses = { line: ["rxd", "txd"], "checks of the virtual board": ["rules.broken"] };

function names(prefix: string, channels: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(channels).flatMap(([channel, signals]) =>
    signals.map((signal) => prefix + channel + signal),
  );
}

/** What is recorded in the harness when nothing is chosen: the device and what goes in and out of it. */
export const usefulSignals: readonly string[] = [
  "device.**",
  ...Object.values({ ...buses, ...ofHarness }).flat(),
];

/** The same on a virtual board. */
export const usefulSignalsOfBoard: readonly string[] = [
  "device.**",
  ...Object.values({ ...buses, ...ofBoard })
    .flat()
    .filter((net) => net !== COUNT),
];

const DEVICE = "device";
/** Signals of a device that tell what it is at, by the last words of their names. */
const STATE = /[._](state|busy|active|halted|aborting|failed|in_flight)$/;
const MOST_OF_DEVICE = 40;

/** What a viewer shows at first, of the signals below `top` that a file has. */
export function groupsOf(top: string, recorded: readonly WaveSignal[]): SignalGroup[] {
  const known = new Map(recorded.map((signal) => [signal.path, signal]));
  const inDevice = recorded.filter(({ path }) => path.startsWith(`${top}.${DEVICE}.`));
  const ofState = inDevice.filter(({ path }) => STATE.test(path));
  const device = (ofState.length > 0 ? ofState : inDevice).slice(0, MOST_OF_DEVICE);
  const groups = Object.entries({ ...buses, ...ofHarness, ...ofBoard }).map(([name, nets]) => ({
    name,
    signals: nets
      .flatMap((net) => known.get(`${top}.${net}`) ?? [])
      .map((signal) => ({ ...signal, isCount: signal.path === `${top}.${COUNT}` })),
  }));
  return [...groups, { name: DEVICE, signals: device }].filter(({ signals }) => signals.length > 0);
}
