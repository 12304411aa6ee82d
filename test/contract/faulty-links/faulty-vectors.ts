import type { LinkEventListener } from "../../../src/bus/event.ts";
import type { InterruptListener } from "../../../src/bus/interrupt-listener.ts";
import type { Link, Operation } from "../../../src/bus/link.ts";
import { AT } from "../../system/foreign/ringer.ts";
import { changed, claiming, type FaultyLink } from "./faulty-link.ts";

const own = "vectors: a wait is met by its own";
const levels = "vectors: each line has a level of its own";
const messages = "vectors: each asker has a message of its own";
const whileHigh = "vectors: a rise is not lost while another line is high";
const pulses = "vectors: a pulse meets the parked waits for its own";
const data = "vectors: what the device wrote before an interrupt is in memory";
const lists = "vectors: a list's wait is for its vector";
const events = "vectors: each rise is an event of its vector";
const fresh = "vectors: fresh";

/** Links of devices with several interrupts are spoilt, and no others. */
function ofSeveral(change: (link: Link) => Partial<Link>): FaultyLink["spoil"] {
  return changed((link) => (link.traits.vectors > 1 ? change(link) : {}));
}

/** Askers of vectors are what `ask` makes of the true ones, by vector. */
function asking(ask: (askers: readonly InterruptListener[], vector: number) => InterruptListener) {
  return ofSeveral((link) => ({
    listen: ({ vector = 0 } = {}) => {
      link.listen({ vector });
      return ask([link.listen({ vector: 0 }), link.listen({ vector: 1 })], vector);
    },
  }));
}

/** Whether each line is high, as the events of `link` say. */
function linesOf(link: Link): readonly boolean[] {
  const lines = [false, false];
  link.onEvent((event) => {
    if (event.kind === "interrupt") lines[event.vector] = event.asserted;
  });
  return lines;
}

/** Writes that `rewrite` changes. */
function writing(rewrite: (address: number, value: number, link: Link) => number): FaultyLink["spoil"] {
  return ofSeveral((link) => ({
    writeRegister: (address, value) => link.writeRegister(address, rewrite(address, value, link)),
  }));
}

/** What a list's wait for a vector becomes. */
function listing(change: (vector: number) => number): FaultyLink["spoil"] {
  const changedWait = (each: Operation): Operation =>
    each.kind === "wait" ? { ...each, vector: change(each.vector ?? 0) } : each;
  return ofSeveral((link) => ({
    perform: async (operations) => {
      // What is wrong is refused.
      await link.perform(
        operations
          .filter(({ kind }) => kind === "wait")
          .map((each) => ({ ...each, limitCycles: 0 }) as Operation),
      );
      return await link.perform(operations.map(changedWait));
    },
  }));
}

/** Events as `change` gives them to their listeners. */
function reporting(change: (listener: LinkEventListener) => LinkEventListener): FaultyLink["spoil"] {
  return ofSeveral((link) => ({ onEvent: (listener, options) => link.onEvent(change(listener), options) }));
}

/** Several interrupts. */
export const faultyVectors: readonly FaultyLink[] = [
  {
    name: "all vectors are the first",
    killer: own,
    spoil: asking(([first]) => first!),
  },
  {
    name: "vectors are swapped",
    killer: own,
    spoil: asking((askers, vector) => askers[1 - vector]!),
  },
  {
    name: "a wait without a vector is for the last",
    killer: own,
    spoil: ofSeveral((link) => ({
      listen: (options) => link.listen(options?.vector ? options : { vector: 1 }),
    })),
  },
  {
    name: "an interrupt of any vector meets every wait",
    killer: own,
    spoil: asking((askers) => ({
      wait: async (limit) => (await Promise.all(askers.map((asker) => asker.wait(limit)))).some(Boolean),
    })),
  },
  {
    name: "the level of vector 1 is that of 0",
    killer: levels,
    spoil: ofSeveral((link) => {
      const lines = linesOf(link);
      return {
        listen: (options) => {
          const asker = link.listen(options);
          const wait: InterruptListener["wait"] = async (limit, signal) =>
            (await asker.wait(limit, signal)) && lines[0]!;
          return options?.vector === 1 ? { wait } : asker;
        },
      };
    }),
  },
  {
    name: "lowering one line lowers all",
    killer: levels,
    spoil: writing((address, value) => (address === AT.lower ? 0xff : value)),
  },
  {
    name: "of two lines that are high only the first is an interrupt",
    killer: levels,
    spoil: ofSeveral((link) => {
      const lines = linesOf(link);
      return {
        listen: (options) => {
          const asker = link.listen(options);
          return {
            wait: async (limit, signal) => {
              const isMet = await asker.wait(limit, signal);
              return isMet && !(options?.vector === 1 && lines[0]!);
            },
          };
        },
      };
    }),
  },
  {
    name: "askers of all vectors share a latch",
    killer: messages,
    from: "message",
    spoil: ofSeveral((link) => {
      let rises = 0;
      link.onEvent((event) => {
        if (event.kind === "interrupt" && event.asserted) rises++;
      });
      let seen = 0;
      return {
        listen: (options) => {
          const asker = link.listen(options);
          return {
            wait: async (limit, signal) => {
              await asker.wait(limit, signal);
              const isMet = rises !== seen;
              seen = rises;
              return isMet;
            },
          };
        },
      };
    }),
  },
  {
    name: "a message that one asker of a vector has taken is gone for the others",
    killer: messages,
    from: "message",
    spoil: ofSeveral((link) => {
      const askers = [link.listen({ vector: 0 }), link.listen({ vector: 1 })];
      return {
        listen: ({ vector = 0 } = {}) => {
          link.listen({ vector });
          return askers[vector]!;
        },
      };
    }),
  },
  {
    name: "a rise is lost while another line is high",
    killer: whileHigh,
    spoil: ofSeveral((link) => {
      const lines = linesOf(link);
      return {
        listen: (options) => {
          const asker = link.listen(options);
          const other = 1 - (options?.vector ?? 0);
          return {
            wait: async (limit, signal) => {
              const isLost = lines[other]!;
              return (await asker.wait(limit, signal)) && !isLost;
            },
          };
        },
      };
    }),
  },
  {
    name: "a pulse is lost while another line is high",
    killer: pulses,
    spoil: writing((address, value) => (address === AT.pulse ? 0 : value)),
  },
  {
    name: "a pulse of one line stays, as the level of another does",
    killer: pulses,
    spoil: ofSeveral((link) => ({
      writeRegister: (address, value) => link.writeRegister(address === AT.pulse ? AT.raise : address, value),
    })),
  },
  {
    name: "what was written before an interrupt of the second vector comes after it",
    killer: data,
    spoil: ofSeveral((link) => ({
      writeRegister: (address, value) => {
        if (address === AT.move && value === 2) link.writeRegister(AT.raise, value);
        else link.writeRegister(address, value);
      },
    })),
  },
  { name: "a list's wait is for the first vector", killer: lists, spoil: listing(() => 0) },
  { name: "a list's waits are swapped", killer: lists, spoil: listing((vector) => 1 - vector) },
  {
    name: "every interrupt is an event of vector 0",
    killer: events,
    spoil: reporting(
      (listener) => (event) => listener(event.kind === "interrupt" ? { ...event, vector: 0 } : event),
    ),
  },
  {
    name: "only the first vector's edges are events",
    killer: events,
    spoil: reporting((listener) => (event) => {
      if (event.kind !== "interrupt" || event.vector === 0) listener(event);
    }),
  },
  {
    name: "a rise is an event again when another line falls",
    killer: events,
    spoil: reporting((listener) => (event) => {
      listener(event);
      if (event.kind === "interrupt" && !event.asserted && event.vector === 1)
        listener({ ...event, vector: 0, asserted: true });
    }),
  },
  {
    name: "fresh leaves the second line as it was",
    killer: fresh,
    spoil: (sound) => {
      let isHigh = false;
      return {
        ...sound,
        several: async () => {
          const link = await sound.several!();
          if (isHigh) link.writeRegister(AT.raise, 2);
          isHigh = true;
          return link;
        },
      };
    },
  },
  {
    name: "the device has more vectors than the trait says",
    killer: "vectors: there are as many as the trait says",
    spoil: ofSeveral((link) => ({
      listen: ({ vector = 0 } = {}) => link.listen({ vector: vector === 2 ? 0 : vector }),
    })),
  },
  {
    name: "a list's wait for a vector that the device lacks is not refused",
    killer: "vectors: there are as many as the trait says",
    spoil: ofSeveral((link) => ({
      perform: async (operations) =>
        await link.perform(operations.filter((each) => each.kind !== "wait" || (each.vector ?? 0) < 2)),
    })),
  },
  {
    name: "claims one vector",
    killer: "vectors: there are as many as the trait says",
    spoil: claiming({ vectors: 1 }),
  },
];
