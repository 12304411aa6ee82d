import type { Link } from "../../../src/bus/link.ts";
import { changed, claiming, type FaultyLink, replaced } from "./faulty-link.ts";
import { runningLink } from "./running-link.ts";

/** `cycle` of the clock is another. */
function counting(count: (link: Link) => () => number): FaultyLink["spoil"] {
  return changed((link) => {
    const cycle = count(link);
    return {
      clock: {
        ...{ kind: link.clock.kind, frequencyHz: link.clock.frequencyHz },
        get cycle() {
          return cycle();
        },
      },
    };
  });
}

function idling(idle: (link: Link, cycles: number) => Promise<void>): FaultyLink["spoil"] {
  return changed((link) => ({ idle: (cycles) => idle(link, cycles) }));
}

const clock = "the clock counts whole cycles since the link was opened";
const exact = "stepped time moves by idle exactly";
const standsStill = "as traits.time is stepped";
const noCycles = "refuses a number of cycles that is none";
const order = "waits are met in the order in which they end, whoever waits";

export const faultyTime: readonly FaultyLink[] = [
  { name: "idle lets no time pass", killer: exact, spoil: idling(async () => undefined) },
  {
    name: "idle lets a cycle more pass",
    killer: exact,
    spoil: idling((link, cycles) => link.idle(cycles + 1)),
  },
  {
    name: "idle lets whole slices of time pass",
    killer: exact,
    spoil: idling((link, cycles) => link.idle(Math.ceil(cycles / 100) * 100)),
  },
  {
    name: "an idle of no cycles does nothing",
    killer: "an idle of no cycles does what was posted, and nothing is left of it",
    spoil: idling((link, cycles) => (cycles === 0 ? Promise.resolve() : link.idle(cycles))),
  },
  {
    name: "idle does not begin with what was posted",
    killer: "an idle begins after what was posted has been done",
    spoil: changed((link) => {
      const writes: (readonly [number, number])[] = [];
      const flush = () => {
        for (const write of writes.splice(0)) link.writeRegister(...write);
      };
      return {
        writeRegister: (address, value) => {
          writes.push([address, value]);
        },
        readRegister: (address) => {
          flush();
          return link.readRegister(address);
        },
      };
    }),
  },
  {
    name: "an idle counts from the call, also while posted writes are under way",
    killer: "an idle begins after what was posted has been done",
    spoil: changed((link) => {
      let posted = 0;
      return {
        writeRegister: (address, value) => {
          posted++;
          link.writeRegister(address, value);
        },
        readRegister: (address) => {
          posted = 0;
          return link.readRegister(address);
        },
        idle: async (cycles) => {
          if (cycles > 0 && posted > 20) return;
          await link.idle(cycles);
        },
      };
    }),
  },
  {
    name: "an idle of a fraction of a cycle is one of the next whole number",
    killer: noCycles,
    spoil: idling((link, cycles) => link.idle(Math.ceil(cycles))),
  },
  {
    name: "an idle of less than nothing is one of nothing",
    killer: noCycles,
    spoil: idling((link, cycles) => link.idle(Math.max(0, cycles))),
  },
  {
    name: "an idle of what is not a number never ends",
    killer: noCycles,
    spoil: idling((link, cycles) =>
      Number.isNaN(cycles) ? new Promise(() => undefined) : link.idle(cycles),
    ),
  },
  {
    name: "a limit may be a fraction of a cycle",
    killer: noCycles,
    spoil: changed((link) => ({
      listen: (options) => {
        const listener = link.listen(options);
        return { wait: (limit, signal) => listener.wait(Math.ceil(limit), signal) };
      },
    })),
  },
  {
    name: "a limit in a list may be a fraction of a cycle",
    killer: noCycles,
    spoil: changed((link) => ({
      perform: (operations) =>
        link.perform(
          operations.map((each) =>
            each.kind === "wait" ? { ...each, limitCycles: Math.ceil(each.limitCycles) } : each,
          ),
        ),
    })),
  },
  {
    name: "the end of a wait that has no limit is that of an idle of a cycle",
    killer: noCycles,
    spoil: changed((link) => ({
      idle: async (cycles) => {
        if (Number.isSafeInteger(cycles)) await link.idle(cycles);
        else {
          await link.idle(1);
          throw new RangeError("cycles");
        }
      },
    })),
  },
  { name: "the clock stands still", killer: exact, spoil: counting(() => () => 0) },
  { name: "the clock counts twice", killer: exact, spoil: counting((link) => () => 2 * link.clock.cycle) },
  { name: "the clock counts halves", killer: clock, spoil: counting((link) => () => link.clock.cycle + 0.5) },
  {
    name: "the clock counts from the reset of the simulation",
    killer: clock,
    spoil: counting((link) => () => link.clock.cycle + 16),
  },
  {
    name: "the clock counts calls",
    killer: exact,
    spoil: changed((link) => {
      let cycle = 0;
      return {
        clock: {
          ...{ kind: link.clock.kind, frequencyHz: link.clock.frequencyHz },
          get cycle() {
            return cycle;
          },
        },
        readRegister: (address) => {
          cycle++;
          return link.readRegister(address);
        },
        idle: (cycles) => {
          cycle += cycles + 1;
          return link.idle(cycles);
        },
      };
    }),
  },
  {
    name: "stepped time moves by itself",
    killer: standsStill,
    spoil: counting((link) => {
      const start = performance.now();
      return () => link.clock.cycle + Math.floor((performance.now() - start) * 100);
    }),
  },
  {
    name: "stepped time moves with the event loop",
    killer: standsStill,
    spoil: counting((link) => {
      let turns = 0;
      const move = () => {
        if (turns++ < 1000) setImmediate(move);
      };
      move();
      return () => link.clock.cycle + turns;
    }),
  },
  {
    name: "a simulated clock calls itself a wall clock of 1 Hz",
    killer: "members are there exactly where the traits say so",
    spoil: changed(({ clock: inner }) => ({ clock: replaced(inner, { kind: "wall", frequencyHz: 1 }) })),
  },
  {
    name: "the frequency is in MHz",
    killer: clock,
    spoil: changed(({ clock: inner }) => ({
      clock: replaced(inner, { frequencyHz: inner.frequencyHz / 1e6 }),
    })),
  },
  {
    name: "the frequency is a thousandth",
    killer: "the pace is kept",
    spoil: changed((link) => ({
      clock: replaced(link.clock, { frequencyHz: link.clock.frequencyHz / 1000 }),
    })),
  },
  {
    name: "wall time is claimed where time is stepped",
    killer: "members are there exactly where the traits say so",
    spoil: claiming({ time: "wall" }),
  },
  {
    name: "register accesses are slower than the pace",
    killer: "the pace is kept",
    spoil: changed((link) => ({ pace: { ...link.pace, accessMs: link.pace.accessMs / 10 } })),
  },
  {
    name: "bytes are slower than the pace",
    killer: "the pace is kept",
    spoil: changed((link) => ({ pace: { ...link.pace, bytesPerSecond: link.pace.bytesPerSecond * 100 } })),
  },
  {
    name: "waits are met in the order of their calls",
    killer: order,
    spoil: changed((link) => {
      let before: Promise<unknown> = Promise.resolve();
      const inTurn = <T>(operation: () => Promise<T>): Promise<T> => {
        const next = before.then(operation);
        before = next;
        return next;
      };
      return {
        idle: (cycles) => inTurn(() => link.idle(cycles)),
        listen: (options) => {
          const listener = link.listen(options);
          return { wait: (cycles, signal) => inTurn(() => listener.wait(cycles, signal)) };
        },
      };
    }),
  },
  {
    name: "limits of waits come before idles that end earlier",
    killer: order,
    spoil: changed((link) => ({
      idle: async (cycles) => {
        for (let left = 3 * cycles; left > 0; left -= 100) await link.idle(Math.min(left, 100));
      },
    })),
  },
  {
    name: "an interrupt is looked at when an idle ends",
    killer: "an interrupt ends a wait before the idles and limits that end later",
    spoil: changed((link) => {
      let idles: Promise<unknown> = Promise.resolve();
      return {
        idle: (cycles) => {
          const idle = link.idle(cycles);
          idles = idle;
          return idle;
        },
        listen: (options) => {
          const listener = link.listen(options);
          return {
            wait: async (cycles, signal) => {
              const met = await listener.wait(cycles, signal);
              await idles;
              return met;
            },
          };
        },
      };
    }),
  },
  {
    name: "each opening takes another number of cycles",
    killer: "the same seed and the same calls give the same cycles and events",
    spoil: (sound) => {
      let openings = 0;
      return {
        ...sound,
        open: async (seed) => {
          const link = await sound.open(seed);
          const extra = openings++;
          return replaced(link, {
            perform: link.perform.bind(link),
            idle: (cycles) => link.idle(cycles + extra),
          });
        },
      };
    },
  },
  {
    name: "the seed is drawn anew each time",
    killer: "the same seed and the same calls give the same cycles and events",
    from: "stalling",
    spoil: (sound) => {
      let seed = 100n;
      return { ...sound, open: () => sound.open(seed++) };
    },
  },
  {
    name: "an interrupt ends an idle",
    killer: "an interrupt ends a wait before the idles and limits that end later",
    spoil: idling(async (link, cycles) => void (await link.listen().wait(cycles))),
  },
  {
    name: "a wait expires by the clock, before the link has looked at what came while the host slept",
    killer: "a wait does not expire before the link has looked at what came while the host slept",
    holdsOn: "running",
    from: "message",
    spoil: (sound) => runningLink(sound.open, { expiresUnseen: true }),
  },
  {
    name: "a wall clock goes twice as fast as it says",
    killer: "a wall clock goes at its frequency",
    holdsOn: "running",
    from: "message",
    spoil: (sound) => runningLink(sound.open, { haste: 2 }),
  },
  {
    name: "stepped time is claimed where time is the host's",
    killer: "as traits.time is stepped",
    from: "running",
    holdsOn: "level",
    spoil: claiming({ time: "stepped" }),
  },
];
