import type { Check, LinkKind } from "../link-kind.ts";
import { CocotbConnection } from "./cocotb-connection.ts";
import { cocotbTraits } from "./cocotb-traits.ts";
import { prepareSimulation, type SimulatorStart } from "./prepare-simulation.ts";
import type { CocotbTarget } from "./settings.ts";

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
  describe: ({ simulator, fresh = "reset" }) => `${simulator} under cocotb, fresh by ${fresh}`,
  checks: async (): Promise<Check[]> => [],
  async prepare(_name, settings, run) {
    const { start, fromCache, buildMs, sources } = await prepareSimulation(settings, run);
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
