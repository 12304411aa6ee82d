import type { LinkKind } from "../../../src/links/link-kind.ts";
import { type PreparedSimulator, kind as simulator } from "../../../src/links/simulator/simulator-kind.ts";
import type { StandInSettings } from "./settings.ts";
import { simulationOf, standInOver, standInTraits } from "./stand-ins.ts";

/** Stand-ins as a link of their own, for runs of benches: a row of the registry. */
export const kind: LinkKind<StandInSettings, PreparedSimulator> = {
  traits: ({ as }, run) => standInTraits(as, run),
  describe: ({ as }) => as,
  checks: async () => [],
  prepare: (name, { as }, run) => simulator.prepare(name, simulationOf(as), run),
  connect: async (name, { as }, prepared, worker) => {
    const connection = await simulator.connect(name, simulationOf(as), prepared, worker);
    return {
      fresh: async (options) => standInOver(as, await connection.fresh(options)),
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  },
};
