import { HiltError } from "../../core/errors.ts";
import type { Check, LinkKind, NamedSettings } from "../link-kind.ts";
import { CocotbConnection } from "./cocotb-connection.ts";
import { cocotbTraits } from "./cocotb-traits.ts";
import { prepareSimulation, type SimulatorStart } from "./prepare-simulation.ts";
import { probePython } from "./python-environment.ts";
import type { CocotbTarget } from "./settings.ts";
import { findSimulator } from "./simulators.ts";

const STALL_MS = 20_000;

/** What every worker of a run needs. */
export interface PreparedCocotb {
  readonly start: SimulatorStart;
  /** The longest that the simulator may show no sign of life. */
  readonly stallMs: number;
}

/** The device in a simulator under cocotb, in a process of its own. */
export const kind: LinkKind<CocotbTarget, PreparedCocotb> = {
  traits: cocotbTraits,
  describe: ({ simulator, host = "harness", fresh = "reset" }) =>
    `${simulator} under cocotb${host === "harness" ? "" : ` with ${host}`}, fresh by ${fresh}`,
  freshBy: ({ fresh = "reset" }) => fresh,
  checks: async (targets) => await Promise.all(targets.map(checkOf)),
  async prepare(name, settings, run) {
    const { start, fromCache, buildMs, sources } = await prepareSimulation(name, settings, run);
    const stallMs = settings.stallSeconds === undefined ? STALL_MS : 1000 * settings.stallSeconds;
    return {
      prepared: { start, stallMs },
      ...{ sources, warnings: [], build: { fromCache, buildMs } },
      [Symbol.asyncDispose]: async () => {},
    };
  },
  connect: async (name, settings, { start, stallMs }) =>
    new CocotbConnection({ name, settings, start, stallMs }),
};

/** Whether what a target names is there, and works together. */
async function checkOf({ name, settings }: NamedSettings<CocotbTarget>): Promise<Check> {
  const remedy = "docs/cocotb.md says which cocotb works with which simulator";
  try {
    const python = await probePython(settings.python);
    const { what, path } = findSimulator(settings, python);
    const found = `${what}, ${path}, with cocotb ${python.cocotb} of ${python.interpreter}`;
    return { what: `${found} (for ${name})`, isNeeded: true, isThere: true, remedy };
  } catch (error) {
    if (!(error instanceof HiltError)) throw error;
    return {
      what: `${settings.simulator} under cocotb (for ${name}): ${error.message}`,
      isNeeded: true,
      isThere: false,
      remedy,
    };
  }
}
