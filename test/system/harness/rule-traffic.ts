import { join } from "node:path";
import type { Model, Simulation } from "../../../src/engine/engine.ts";
import { type ProtocolRule, protocolRules } from "../../../src/spec/protocol-rules.ts";
import { type EngineName, engines } from "../../engines.ts";

type Inputs = Readonly<Record<string, number | bigint>>;
/** Inputs of one cycle, and for how many cycles they stay. What is not named is 0. */
type Step = readonly [inputs: Inputs, cycles?: number];

const AR = { arvalid: 1, araddr: 0x1000, arlen: 3, arsize: 3, arburst: 1 };
const AW = { awvalid: 1, awaddr: 0x2000, awlen: 3, awsize: 3, awburst: 1 };
const BEAT = { write_beat_strobe: 0xff, write_beat_size: 3, write_beat_address: 0x2008 };
/** A beat on the lines of the device, of a burst that is there. */
const W = { wvalid: 1, wstrb: 0xff, write_beat_waits: 1, write_is_open: 1, ...BEAT };
const LIMIT_CYCLES = 50;

const late = (inputs: Inputs): Step => [{ cfg_stall_limit: LIMIT_CYCLES, ...inputs }, 2 * LIMIT_CYCLES + 1];
const waitsThenBecomes = (first: Inputs, changes: readonly Inputs[]): readonly (readonly Step[])[] =>
  changes.map((change) => [[first], [{ ...first, ...change }]]);
const READ = [{ lite_arvalid: 1, lite_arready: 1 }] as const satisfies Step;
const WRITE = [{ lite_awvalid: 1, lite_awready: 1, lite_wvalid: 1, lite_wready: 1 }] as const satisfies Step;

/** AxLEN of WRAP bursts: they have 2, 4, 8 or 16 beats. */
const wraps = [1, 3, 7, 15];
const wrongWraps = [...Array(20).keys(), 31, 255].filter((len) => !wraps.includes(len));

/** What `hilt_harness_rules` can see in two states. */
export type CheckedRule = Exclude<ProtocolRule, "AXI_X" | "BRIDGE_BURST">;
export const checkedRules = protocolRules.flatMap(({ name }) =>
  name === "AXI_X" || name === "BRIDGE_BURST" ? [] : [name],
);

/** For each rule, pieces of traffic that break it and no other: every way to break it that has a wire of its own. */
export const offences: Readonly<Record<CheckedRule, readonly (readonly Step[])[]>> = {
  AXI_READ_4KIB: [
    [[{ ...AR, araddr: 0x1fe8, arready: 1 }]],
    [[{ ...AR, arlen: 255, araddr: 0x1808, arready: 1 }]],
    [[{ ...AR, arlen: 5, arsize: 1, araddr: 0x1ff7, arready: 1 }]],
  ],
  AXI_WRITE_4KIB: [
    [[{ ...AW, awaddr: 0x2fe8, awready: 1 }]],
    [[{ ...AW, awlen: 255, awaddr: 0x2808, awready: 1 }]],
    [[{ ...AW, awlen: 16, awsize: 0, awaddr: 0x2ff0, awready: 1 }]],
  ],
  AXI_WLAST: [
    [[{ ...W, wready: 1, write_beat_is_last: 1 }]],
    [[{ ...W, wready: 1, wlast: 1, write_beat_wlast: 1 }]],
  ],
  AXI_AR_STABLE: waitsThenBecomes(AR, [
    ...[{ arvalid: 0 }, { araddr: 0x1008 }, { araddr: 0x1_0000_1000 }, { arid: 1 }],
    ...[{ arlen: 2 }, { arsize: 2 }, { arburst: 0 }],
  ]),
  AXI_AW_STABLE: waitsThenBecomes(AW, [
    ...[{ awvalid: 0 }, { awaddr: 0x2008 }, { awaddr: 0x1_0000_2000 }, { awid: 8 }],
    ...[{ awlen: 2 }, { awsize: 2 }, { awburst: 0 }],
  ]),
  AXI_W_STABLE: waitsThenBecomes(W, [
    { wvalid: 0 },
    { wdata: 1 },
    { wdata: 2 ** 52 },
    { wstrb: 0xfe },
    { wlast: 1 },
  ]),
  AXI_BURST_TYPE: [
    ...[{ arburst: 3 }, { arburst: 0, arlen: 16 }, { arburst: 2, araddr: 0x1004 }],
    ...[{ awburst: 3 }, { awburst: 0, awlen: 16 }, { awburst: 2, awaddr: 0x2001 }],
    ...wrongWraps.flatMap((len) => [
      { arburst: 2, arlen: len },
      { awburst: 2, awlen: len },
    ]),
  ].map((change) => [[{ ...("arburst" in change ? AR : AW), arready: 1, awready: 1, ...change }]]),
  AXI_SIZE: [[[{ ...AR, arsize: 4, arready: 1 }]], [[{ ...AW, awsize: 7, awready: 1 }]]],
  AXI_STROBE: [
    [[{ ...W, wready: 1, write_beat_address: 0x2003, write_beat_strobe: 0xfc }]],
    [[{ ...W, wready: 1, write_beat_address: 0x2007, write_beat_strobe: 0x81 }]],
    [[{ ...W, wready: 1, write_beat_size: 1, write_beat_address: 0x2002, write_beat_strobe: 0x1c }]],
    [[{ ...W, wready: 1, write_beat_size: 0, write_beat_address: 0x2006, write_beat_strobe: 0x60 }]],
    [[{ ...W, wready: 1, write_beat_size: 2, write_beat_address: 0x2003, write_beat_strobe: 0x18 }]],
  ],
  AXI_RESET: [
    [[{ rst: 1, awvalid: 1 }], [AW]],
    [[{ rst: 1, arvalid: 1 }], [AR]],
    [[{ rst: 1, wvalid: 1 }], [W]],
  ],
  AXI_R_WAITS: [[late({ rvalid: 1 })]],
  AXI_B_WAITS: [[late({ bvalid: 1 })]],
  AXI_W_MISSING: [[late({ write_is_open: 1 })]],
  AXI_W_ORPHAN: [[late({ ...W, write_is_open: 0 })]],
  LITE_R_STABLE: [{ lite_rdata: 6 }, { lite_rresp: 2 }, { lite_rvalid: 0 }].map((change) => [
    READ,
    [{ lite_rvalid: 1, lite_rdata: 5 }],
    [{ lite_rvalid: 1, lite_rdata: 5, ...change }],
  ]),
  LITE_B_STABLE: [{ lite_bresp: 2 }, { lite_bvalid: 0 }].map((change) => [
    WRITE,
    [{ lite_bvalid: 1 }],
    [{ lite_bvalid: 1, ...change }],
  ]),
  LITE_R_UNASKED: [[[{ lite_rvalid: 1, lite_rready: 1 }]]],
  LITE_B_UNASKED: [
    [[{ lite_awvalid: 1, lite_awready: 1 }], [{ lite_bvalid: 1, lite_bready: 1 }]],
    [[{ lite_wvalid: 1, lite_wready: 1 }], [{ lite_bvalid: 1, lite_bready: 1 }]],
  ],
};

/** Traffic that is allowed, though only just. */
export const allowed: Readonly<Record<string, readonly Step[]>> = {
  "a read that ends at a 4 KiB boundary": [[{ ...AR, araddr: 0x1fe0, arready: 1 }]],
  "unaligned bursts that end at a 4 KiB boundary": [
    [{ ...AR, araddr: 0x1ff5, arlen: 1, arready: 1 }],
    [{ ...AW, awaddr: 0x2ff7, awlen: 1, awready: 1 }],
    [{ ...AW, awaddr: 0x2ffd, awlen: 1, awsize: 1, awready: 1 }],
  ],
  "a write of the longest burst up to a 4 KiB boundary": [
    [{ ...AW, awaddr: 0x2800, awlen: 255, awready: 1 }],
  ],
  "a start inside a word with strobes above it": [
    [{ ...W, wready: 1, write_beat_address: 0x2003, write_beat_strobe: 0xf8 }],
  ],
  "narrow beats in their lanes": [
    [{ ...W, wready: 1, write_beat_size: 1, write_beat_address: 0x2002, write_beat_strobe: 0x0c }],
    [{ ...W, wready: 1, write_beat_size: 2, write_beat_address: 0x2003, write_beat_strobe: 0x08 }],
    [{ ...W, wready: 1, write_beat_size: 2, write_beat_address: 0x2004, write_beat_strobe: 0xf0 }],
  ],
  "narrow, FIXED and WRAP bursts": [
    [{ ...AR, arsize: 0, arlen: 255, araddr: 0x1f00, arready: 1 }],
    [{ ...AR, arburst: 0, arlen: 15, araddr: 0x1ffd, arready: 1 }],
    ...wraps.map((len): Step => [{ ...AR, arburst: 2, arlen: len, araddr: 0x1ff8, arready: 1 }]),
    ...wraps.map((len): Step => [{ ...AW, awburst: 2, awlen: len, awaddr: 0x2ff8, awready: 1 }]),
    [{ ...AW, awburst: 2, awsize: 1, awlen: 1, awaddr: 0x2ffe, awready: 1 }],
  ],
  "an address that waits unchanged": [[AR, 50], [{ ...AR, arready: 1 }]],
  "data that wait almost too long": [
    [{ cfg_stall_limit: LIMIT_CYCLES, rvalid: 1 }, LIMIT_CYCLES - 1],
    [{ cfg_stall_limit: LIMIT_CYCLES, rvalid: 1, rready: 1 }],
    [{ cfg_stall_limit: LIMIT_CYCLES, rvalid: 1 }, LIMIT_CYCLES - 1],
  ],
  "data that wait for ever, where there is no limit": [[{ rvalid: 1 }, 20_000]],
  "write data before their address": [
    [{ ...W, write_is_open: 0 }, 30],
    [{ ...W, ...AW, write_is_open: 0, awready: 1 }],
  ],
  "answers of the register port that could have been taken before they came": [
    READ,
    [{ lite_rready: 1 }, 5],
    [{ lite_rvalid: 1, lite_rready: 1 }],
    WRITE,
    [{ lite_bready: 1 }, 5],
    [{ lite_bvalid: 1, lite_bready: 1 }],
  ],
  "an answer of the register port that waits": [
    [{ lite_arvalid: 1, lite_arready: 1 }],
    [{ lite_rvalid: 1, lite_rdata: 5 }, 9],
    [{ lite_rvalid: 1, lite_rdata: 5, lite_rready: 1 }],
  ],
};

/** `hilt_harness_rules` alone; `root` holds `sim`. */
export function buildRules(root: string, engine: EngineName = "wasm"): Promise<Model> {
  return engines[engine]({ cacheDirectory: ".hilt/cache" }).build({
    top: "hilt_harness_rules",
    files: [join(root, "sim/harness/hilt_harness_rules.v")],
    includeDirectories: [join(root, "sim/harness")],
    clock: "clk",
  });
}

/** The rules that `hilt_harness_rules` reports while it sees `steps`, after a reset. */
export function reportedRules(simulation: Simulation, steps: readonly Step[]): Set<string> {
  const reported = new Set<string>();
  const inputs = [...new Set(steps.flatMap(([each]) => Object.keys(each))), "rst"];
  const afterReset: readonly Step[] = [[{ rst: 1 }, 2], [{}], ...steps];
  for (const [values, cycles = 1] of afterReset) {
    for (const name of inputs) simulation.port(name).write(values[name] ?? 0);
    for (let cycle = 0; cycle < cycles; cycle++) {
      simulation.run(0);
      for (const name of brokenRules(simulation)) reported.add(name);
      simulation.run(1);
    }
  }
  return reported;
}

/** As the event log sees them: only where any is broken. */
function brokenRules(simulation: Simulation): string[] {
  const broken = simulation.port("broken").read();
  const breaks = simulation.port("breaks").read() === 1;
  // In reset the log records nothing.
  if (simulation.port("rst").read() === 0 && breaks !== (broken !== 0))
    throw new Error(`breaks is ${breaks}, broken 0x${broken.toString(16)}`);
  if (!breaks) return [];
  return protocolRules.filter(({ bit }) => (broken >>> bit) & 1).map(({ name }) => name);
}
