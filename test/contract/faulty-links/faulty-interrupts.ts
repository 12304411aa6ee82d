import { InterruptTimeoutError } from "../../../src/bus/errors.ts";
import type { InterruptListener } from "../../../src/bus/interrupt-listener.ts";
import type { Link } from "../../../src/bus/link.ts";
import { changed, claiming, type FaultyLink, lineOf, type Wait, waitingAs } from "./faulty-link.ts";

/** Waits go through `change`. */
function waiting(change: (wait: Wait, link: Link) => Wait): FaultyLink["spoil"] {
  return changed((link) => ({
    listen: waitingAs(link, (wait) => change(wait, link)),
  }));
}

const limit = "a wait yields false at its limit, not before";
const everyWait = "a rise meets every wait that is parked, whoever asked";
const takenBack = "a wait that is taken back yields false at once";
const ownMessage = "each asker has a message of its own";

export const faultyInterrupts: readonly FaultyLink[] = [
  {
    name: "a wait yields true at its limit",
    killer: limit,
    spoil: waiting(
      (wait) =>
        async (...args) =>
          (await wait(...args)) || true,
    ),
  },
  {
    name: "the limit of a wait is an exception",
    killer: limit,
    spoil: waiting((wait, link) => async (cycles, signal) => {
      if (await wait(cycles, signal)) return true;
      throw new InterruptTimeoutError(link.name, cycles, "nothing");
    }),
  },
  {
    name: "a wait ends at half its limit",
    killer: limit,
    spoil: waiting((wait) => (cycles, signal) => wait(cycles >> 1, signal)),
  },
  {
    name: "a wait ends at ten times its limit",
    killer: limit,
    spoil: waiting((wait) => (cycles, signal) => wait(10 * cycles, signal)),
  },
  {
    name: "a limit of 0 is none",
    killer: limit,
    spoil: waiting(
      (wait) => (cycles, signal) => wait(cycles === 0 ? Number.POSITIVE_INFINITY : cycles, signal),
    ),
  },
  {
    name: "a wait after an expired one is met by nothing",
    killer: limit,
    spoil: waiting((wait) => {
      let hasExpired = false;
      return async (cycles, signal) => {
        if (hasExpired) return false;
        const met = await wait(cycles, signal);
        hasExpired = !met && cycles > 0;
        return met;
      };
    }),
  },
  {
    name: "the first asker alone is served",
    killer: everyWait,
    spoil: changed((link) => {
      let askers = 0;
      return {
        listen: (options) => {
          const listener = link.listen(options);
          const isServed = askers++ === 0;
          return {
            wait: async (cycles, signal) =>
              (await listener.wait(isServed ? cycles : 100, signal)) && isServed,
          };
        },
      };
    }),
  },
  {
    name: "a rise meets one wait",
    killer: everyWait,
    spoil: changed((link) => {
      let turn: Promise<unknown> = Promise.resolve();
      return {
        listen: waitingAs(link, (wait) => (cycles, signal) => {
          const begun = turn.then(() => wait(cycles, signal));
          turn = begun;
          return begun;
        }),
      };
    }),
  },
  {
    name: "the interrupt is a level that is looked at now and then",
    killer: everyWait,
    spoil: changed((link) => {
      const isHigh = lineOf(link);
      return {
        listen: (options) => {
          link.listen(options);
          return {
            wait: async (cycles, signal) => {
              for (const end = link.clock.cycle + cycles; link.clock.cycle < end && !isHigh(); ) {
                if (signal?.aborted === true) return false;
                await link.idle(Math.min(50, end - link.clock.cycle));
              }
              return isHigh();
            },
          };
        },
      };
    }),
  },
  {
    name: "a rise counts where a wait is parked alone",
    killer: ownMessage,
    from: "message",
    spoil: changed((link) => ({
      listen: (options) => ({ wait: (cycles, signal) => link.listen(options).wait(cycles, signal) }),
    })),
  },
  {
    name: "a wait is met by what comes while it is parked, not by what it finds",
    killer: "an interrupt ends a wait that began before it, and one that begins after its cause was posted",
    spoil: waiting((wait, link) => async (cycles, signal) => {
      await link.readRegister(0);
      const start = link.clock.cycle;
      const met = await wait(cycles, signal);
      return met && link.clock.cycle !== start;
    }),
  },
  {
    name: "a wait that finds a message runs to its limit",
    killer: "a message from before meets a wait as soon as what was posted is done",
    from: "message",
    spoil: waiting((wait, link) => async (cycles, signal) => {
      if (!(await wait(0, signal))) return await wait(cycles, signal);
      await link.idle(cycles);
      return true;
    }),
  },
  {
    name: "all askers have one latch",
    killer: ownMessage,
    from: "message",
    spoil: changed((link) => {
      const only = link.listen();
      return { listen: () => only };
    }),
  },
  {
    name: "a latch begins with the link",
    killer: "a latch begins when the listener is made",
    from: "message",
    spoil: changed((link) => {
      const early = Array.from({ length: 8 }, () => link.listen());
      return { listen: () => early.pop() ?? link.listen() };
    }),
  },
  {
    name: "each rise is a message that is kept",
    killer: ownMessage,
    from: "message",
    spoil: changed((link) => {
      const taken = new Map<InterruptListener, number>();
      let rises = 0;
      link.onEvent((event) => {
        if (event.kind === "interrupt" && event.asserted) rises++;
      });
      return {
        listen: (options) => {
          const listener = link.listen(options);
          taken.set(listener, rises);
          return {
            wait: async (cycles, signal) => {
              const before = taken.get(listener) as number;
              if (rises <= before && !(await listener.wait(cycles, signal))) return rises > before;
              taken.set(listener, before + 1);
              return true;
            },
          };
        },
      };
    }),
  },
  {
    name: "levels are claimed where the interrupt is a message",
    killer: "while the line is high, each wait of each asker yields true at once",
    from: "message",
    holdsOn: "level",
    spoil: claiming({ interrupts: "level" }),
  },
  {
    name: "messages are claimed where the interrupt is a level",
    killer: "as traits.interrupts is message",
    holdsOn: "message",
    spoil: claiming({ interrupts: "message" }),
  },
  {
    name: "a wait yields what the line was before the posted writes",
    killer: "an interrupt that posted writes will clear is none",
    spoil: changed((link) => {
      const isHigh = lineOf(link);
      return {
        listen: waitingAs(link, (wait) => async (cycles, signal) => isHigh() || (await wait(cycles, signal))),
      };
    }),
  },
  {
    name: "a wait of no cycles looks at nothing that was posted",
    killer: "posted writes before a wait are done when it ends",
    spoil: changed((link) => {
      const writes: (readonly [number, number])[] = [];
      const flush = () => {
        for (const write of writes.splice(0)) link.writeRegister(...write);
      };
      return {
        writeRegister: (address, value) => {
          if (address !== 0x18) return link.writeRegister(address, value);
          writes.push([address, value]);
        },
        listen: waitingAs(link, (wait) => (cycles, signal) => {
          if (cycles > 0) flush();
          else writes.splice(0);
          return wait(cycles, signal);
        }),
        readRegister: (address) => {
          flush();
          return link.readRegister(address);
        },
      };
    }),
  },
  {
    name: "a cause is an interrupt whether it is enabled or not",
    killer: "a cause that is not enabled is no interrupt",
    spoil: waiting((wait, link) => async (cycles, signal) => {
      return (await wait(cycles, signal)) || (await link.readRegister(0x20)) !== 0;
    }),
  },
  {
    name: "a vector that the device lacks is the first",
    killer: "refuses a vector that the device lacks",
    spoil: changed((link) => ({ listen: () => link.listen() })),
  },
  {
    name: "a wait cannot be taken back",
    killer: takenBack,
    spoil: waiting((wait) => (cycles) => wait(cycles)),
  },
  {
    name: "a wait that is taken back is an exception",
    killer: takenBack,
    spoil: waiting((wait) => async (cycles, signal) => {
      const met = await wait(cycles, signal);
      signal?.throwIfAborted();
      return met;
    }),
  },
  {
    name: "a wait that is taken back before it begins waits",
    killer: takenBack,
    spoil: waiting((wait) => (cycles, signal) => wait(cycles, signal?.aborted === true ? undefined : signal)),
  },
  {
    name: "a wait that is taken back yields true",
    killer: takenBack,
    spoil: waiting(
      (wait) => async (cycles, signal) => (await wait(cycles, signal)) || signal?.aborted === true,
    ),
  },
  {
    name: "no wait is met after one that was taken back",
    killer: takenBack,
    spoil: waiting((wait) => {
      let isOver = false;
      return async (cycles, signal) => {
        if (isOver && signal?.aborted !== true) return false;
        const met = await wait(cycles, signal);
        isOver ||= signal?.aborted === true;
        return met;
      };
    }),
  },
  {
    name: "the first wait of an asker yields true when there has been an interrupt",
    killer: "while the line is high, each wait of each asker yields true at once",
    spoil: changed((link) => {
      let hasRisen = false;
      link.onEvent((event) => {
        hasRisen ||= event.kind === "interrupt";
      });
      return {
        listen: (options) => {
          const listener = link.listen(options);
          let isFirst = true;
          return {
            wait: async (cycles, signal) => {
              const isLate = isFirst && hasRisen;
              isFirst = false;
              return (await listener.wait(cycles, signal)) || isLate;
            },
          };
        },
      };
    }),
  },
  {
    name: "a wait ends with the line that posted writes clear, and yields false",
    killer: "an interrupt that posted writes will clear is none",
    spoil: changed((link) => {
      const isHigh = lineOf(link);
      return {
        listen: waitingAs(link, (wait) => async (cycles, signal) => {
          if (!isHigh()) return await wait(cycles, signal);
          await link.idle(0);
          return isHigh();
        }),
      };
    }),
  },
];
