import { existsSync } from "node:fs";
import type { Check, LinkKind } from "../link-kind.ts";
import { type BoardSettings, type PreparedBoard, prepareBoard } from "./prepare-board.ts";
import { UartConnection } from "./uart-connection.ts";
import { uartTraits } from "./uart-traits.ts";

/** A board on a serial line. */
export const kind: LinkKind<BoardSettings, PreparedBoard> = {
  traits: uartTraits,
  describe: ({ board, port, baudRate }) => {
    const what = board === undefined ? "a board" : board;
    return `${what}${port === undefined ? "" : ` on ${port}`}${baudRate === undefined ? "" : ` at ${baudRate} baud`}`;
  },
  checks: async (targets) =>
    targets.flatMap(({ name, settings: { port } }): Check[] =>
      port === undefined
        ? []
        : [
            {
              what: `serial port ${port} of ${name}`,
              isNeeded: true,
              isThere: existsSync(port),
              remedy: "plug the board in; a name below /dev/serial/by-id stays the same",
            },
          ],
    ),
  prepare: prepareBoard,
  connect: async (name, settings, prepared) =>
    new UartConnection(
      name,
      { ...prepared, replugMs: settings.replugMs },
      uartTraits(settings, { waves: prepared.waves !== undefined }),
    ),
};
