import { existsSync } from "node:fs";
import type { LinkKind } from "../link-kind.ts";
import type { UartSettings } from "./settings.ts";
import { UartConnection } from "./uart-connection.ts";
import { uartTraits } from "./uart-traits.ts";

/** A board on a serial line. */
export const kind: LinkKind<UartSettings, null> = {
  traits: uartTraits,
  describe: ({ port, baudRate = 3_000_000 }) => `a board on ${port} at ${baudRate} baud`,
  checks: async (targets) =>
    targets.map(({ name, settings: { port } }) => ({
      what: `serial port ${port} of ${name}`,
      isNeeded: true,
      isThere: existsSync(port),
      remedy: "plug the board in; a name below /dev/serial/by-id stays the same",
    })),
  prepare: async () => ({
    ...{ prepared: null, sources: [], warnings: [] },
    [Symbol.asyncDispose]: async () => {},
  }),
  connect: async (name, settings) => new UartConnection(name, settings),
};
