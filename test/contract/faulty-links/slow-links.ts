import type { Link } from "../../../src/bus/link.ts";
import { AT } from "../../system/foreign/ringer.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { replaced } from "./faulty-link.ts";
import { soundLinks } from "./sound-links.ts";

/** The device is computed for no more cycles than this in each idle: a transfer takes several idles. */
const COMPUTED_CYCLES = 16;

interface SlowLink {
  readonly link: ContractLink;
  /** The beginnings of the names of tests that must hold on it. */
  readonly holds: readonly string[];
}

const { message } = soundLinks;

/** What a busy computer makes of a link on wall time, in stepped time: the same in each run. No fault of the link. */
export const slowLinks: Readonly<Record<string, SlowLink>> = {
  "a device that is hardly computed while the host idles": {
    link: {
      open: async (seed) => {
        const link = await message.open(seed);
        return replaced(link, { idle: (cycles) => link.idle(Math.min(cycles, COMPUTED_CYCLES)) });
      },
    },
    holds: ["mapped", "shared"].map(
      (use) => `what the device wrote is in memory when an idle resolves, in a ${use} window`,
    ),
  },
  "messages that come after the answers of later reads": {
    link: { open: message.open, several: async () => late(await message.several!()) },
    holds: ["vectors: a list's wait is for its vector", "vectors: each rise is an event of its vector"],
  },
};

/** The ringing device raises its lines as late as a host may hear of it: when somebody waits. */
function late(link: Link): Link {
  const raises: number[] = [];
  const raising = () =>
    raises.splice(0).map((value) => ({ kind: "write", address: AT.raise, value }) as const);
  return replaced(link, {
    writeRegister: (address, value) => {
      if (address === AT.raise) raises.push(value);
      else link.writeRegister(address, value);
    },
    // A list has its latch before the first operation.
    perform: (operations) => link.perform([...raising(), ...operations]),
    listen: (options) => {
      const listener = link.listen(options);
      return {
        wait: (limit, signal) => {
          for (const { address, value } of raising()) link.writeRegister(address, value);
          return listener.wait(limit, signal);
        },
      };
    },
  });
}
