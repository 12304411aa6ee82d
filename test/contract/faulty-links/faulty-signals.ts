import type { Link } from "../../../src/bus/link.ts";
import type { SignalAccess } from "../../../src/bus/signal-access.ts";
import { changed, claiming, type FaultyLink, replaced } from "./faulty-link.ts";

const members = "members are there exactly where the traits say so";
const worth = "a signal is worth what its register was given";
const still = "time stands still while one looks inside";

/** Reads that go wrong, on a link that shows its signals. */
function reading(name: string, killer: string, read: (link: Link, signal: string) => bigint): FaultyLink {
  return {
    ...{ name, killer, from: "signals" },
    spoil: changed((link) => ({
      signals: replaced(link.signals!, { read: (signal) => read(link, signal) }),
    })),
  };
}

const first = new WeakMap<SignalAccess, Map<string, bigint>>();
const latest = new Map<string, bigint>();

export const faultySignals: readonly FaultyLink[] = [
  { name: "signals are promised and are not there", killer: members, spoil: claiming({ signals: true }) },
  {
    name: "signals are there where the traits say that they are not",
    killer: members,
    from: "signals",
    spoil: claiming({ signals: false }),
  },
  reading("a signal goes through a number", worth, ({ signals }, name) =>
    BigInt(Number(signals!.read(name))),
  ),
  reading("a signal is signed", worth, ({ signals }, name) => BigInt.asIntN(32, signals!.read(name))),
  reading("a signal keeps the value of the first look", worth, ({ signals }, name) => {
    const seen = first.get(signals!) ?? new Map<string, bigint>();
    first.set(signals!, seen);
    const value = seen.get(name) ?? signals!.read(name);
    seen.set(name, value);
    return value;
  }),
  reading("a signal has the value of the look before", "a transfer is seen inside", ({ signals }, name) => {
    const value = latest.get(name) ?? 1n;
    latest.set(name, signals!.read(name));
    return value;
  }),
  reading("a look lets a cycle pass", still, (link, name) => {
    link.idle(1).catch(() => undefined);
    return link.signals!.read(name);
  }),
  reading("a look clears what it reads", still, (link, name) => {
    if (name.endsWith("h2c_channel.busy")) link.writeRegister(0x18, 1);
    return link.signals!.read(name);
  }),
  reading("a name that is none is worth 0", "the name of no signal is refused", ({ signals }, name) =>
    signals!.names.includes(name) ? signals!.read(name) : 0n,
  ),
  reading("capitals do not count in names", "the name of no signal is refused", ({ signals }, name) =>
    signals!.read(name.toLowerCase()),
  ),
  reading(
    "a closed link goes on to show its signals",
    "after dispose nobody looks inside",
    ({ signals }, name) => {
      try {
        return signals!.read(name);
      } catch (error) {
        if ((error as { code?: string }).code !== "E_LINK_CLOSED") throw error;
        return 0n;
      }
    },
  ),
];
