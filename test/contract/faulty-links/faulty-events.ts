import type { LinkEvent, LinkEventListener } from "../../../src/bus/event.ts";
import { logicalAddress } from "../../../src/core/address.ts";
import { turn } from "../suite/contract-context.ts";
import { changed, claiming, type FaultyLink } from "./faulty-link.ts";
import { reporting } from "./faulty-windows.ts";

type RegisterEvent = Extract<LinkEvent, { kind: "register" }>;
type ViolationEvent = Extract<LinkEvent, { kind: "violation" }>;
type AccessEvent = Extract<LinkEvent, { kind: "access" }>;

/** Accesses are reported otherwise. */
function accesses(change: (event: AccessEvent) => readonly LinkEvent[]): FaultyLink["spoil"] {
  return reporting((event) => (event.kind === "access" ? change(event) : [event]));
}

const moved = (direction: "read" | "write") =>
  `each ${direction} of the device is an event with address and length`;
const ends = "each read ends after it began";
const inOrder = "events come in the order of their cycles";
const listeners = "a listener hears from when it is added until it is removed";
const rises = "each rise of the interrupt is an event";

/** Violations are reported otherwise. */
function violations(change: (event: ViolationEvent) => readonly LinkEvent[]): FaultyLink["spoil"] {
  return reporting((event) => (event.kind === "violation" ? change(event) : [event]));
}

const brokenRule = "a broken rule of the bus is an event";

export const faultyEvents: readonly FaultyLink[] = [
  {
    name: "rules are said to be checked, and none is ever broken",
    killer: brokenRule,
    spoil: violations(() => []),
  },
  {
    name: "a broken rule is reported twice",
    killer: brokenRule,
    spoil: violations((event) => [event, event]),
  },
  {
    name: "a broken rule is called another",
    killer: brokenRule,
    spoil: violations((event) => [{ ...event, rule: "AXI_WRITE_4KIB" }]),
  },
  {
    name: "the address of a broken rule is that of its page",
    killer: brokenRule,
    spoil: violations((event) => [{ ...event, address: logicalAddress(event.address & ~0xfffn) }]),
  },
  {
    name: "a broken rule has the cycle of the reset",
    killer: brokenRule,
    spoil: violations((event) => [{ ...event, cycle: 0 }]),
  },
  { name: "no access is reported", killer: moved("read"), spoil: accesses(() => []) },
  {
    name: "writes are not reported",
    killer: moved("write"),
    spoil: accesses((event) => (event.direction === "write" ? [] : [event])),
  },
  {
    name: "lengths of accesses are twice what they are",
    killer: moved("read"),
    spoil: accesses((event) => [{ ...event, lengthBytes: 2 * event.lengthBytes }]),
  },
  {
    name: "lengths of accesses are in beats",
    killer: moved("write"),
    spoil: accesses((event) => [{ ...event, lengthBytes: Math.ceil(event.lengthBytes / 8) }]),
  },
  {
    name: "lengths of accesses are whole lines of 64 bytes",
    killer: "an access at any alignment is reported with the bytes that it touches",
    spoil: accesses((event) => [{ ...event, lengthBytes: Math.ceil(event.lengthBytes / 64) * 64 }]),
  },
  {
    name: "the direction of accesses is the host's",
    killer: moved("read"),
    spoil: accesses((event) => [{ ...event, direction: event.direction === "read" ? "write" : "read" }]),
  },
  {
    name: "all accesses are reads",
    killer: moved("write"),
    spoil: accesses((event) => [{ ...event, direction: "read" }]),
  },
  {
    name: "each access is reported twice",
    killer: moved("read"),
    spoil: accesses((event) => [event, event]),
  },
  {
    name: "every second access is reported",
    killer: moved("read"),
    spoil: changed((link) => ({
      onEvent: (listener) => {
        let count = 0;
        return link.onEvent((event) => {
          if (event.kind !== "access" || count++ % 2 === 0) listener(event);
        });
      },
    })),
  },
  {
    name: "addresses of accesses have 32 bits",
    killer: moved("write"),
    spoil: accesses((event) => [{ ...event, address: logicalAddress(event.address & 0xffff_ffffn) }]),
  },
  {
    name: "an access is reported at each of its words",
    killer: ends,
    spoil: accesses((event) =>
      Array.from({ length: Math.ceil(event.lengthBytes / 8) }, (_, index) => ({
        ...event,
        address: logicalAddress(event.address + BigInt(8 * index)),
        lengthBytes: 8,
      })),
    ),
  },
  ...(["read", "write"] as const).map(
    (direction): FaultyLink => ({
      name: `the ends of ${direction}s are not reported`,
      killer: `each ${direction} ends after it began`,
      spoil: reporting((event) =>
        event.kind === "access-end" && event.direction === direction ? [] : [event],
      ),
    }),
  ),
  {
    name: "the ends of accesses are of the other direction",
    killer: ends,
    spoil: reporting((event) => [event.kind === "access-end" ? { ...event, direction: "write" } : event]),
  },
  {
    name: "an access ends before it began",
    killer: ends,
    spoil: accesses((event) => [
      { kind: "access-end", cycle: event.cycle, direction: event.direction },
      event,
    ]),
  },
  {
    name: "events are in another count of cycles",
    killer: inOrder,
    spoil: reporting((event) => [{ ...event, cycle: event.cycle + 1_000_000 }]),
  },
  {
    name: "events are stamped with nothing",
    killer: inOrder,
    spoil: reporting((event) => [{ ...event, cycle: 0 }]),
  },
  {
    name: "events come in another order",
    killer: inOrder,
    spoil: changed((link) => ({
      onEvent: (listener) => {
        let held: LinkEvent | undefined;
        return link.onEvent((event) => {
          if (held === undefined && event.kind === "access") {
            held = event;
            return;
          }
          listener(event);
          if (held !== undefined) listener(held);
          held = undefined;
        });
      },
    })),
  },
  {
    name: "events come after the call in which they happened",
    killer: inOrder,
    spoil: changed((link) => ({
      onEvent: (listener) => link.onEvent((event) => void turn().then(() => listener(event))),
    })),
  },
  {
    name: "interrupts are not reported",
    killer: rises,
    spoil: reporting((event) => (event.kind === "interrupt" ? [] : [event])),
  },
  {
    name: "an interrupt is reported when it differs from the last that was reported",
    killer: rises,
    spoil: changed((link) => ({
      onEvent: (listener) => {
        let isHigh = false;
        return link.onEvent((event) => {
          if (event.kind !== "interrupt") return listener(event);
          if (event.asserted && !isHigh) listener(event);
          isHigh ||= event.asserted;
        });
      },
    })),
  },
  {
    name: "falls of the interrupt line are not reported",
    killer: "each fall of the interrupt line is an event between two rises",
    spoil: reporting((event) => (event.kind === "interrupt" && !event.asserted ? [] : [event])),
  },
  {
    name: "a listener that was removed hears on",
    killer: listeners,
    spoil: changed((link) => ({
      onEvent: (listener) => {
        link.onEvent(listener);
        return () => undefined;
      },
    })),
  },
  {
    name: "removing a listener removes all",
    killer: listeners,
    spoil: changed((link) => {
      const removals: (() => void)[] = [];
      return {
        onEvent: (listener) => {
          removals.push(link.onEvent(listener));
          return () => {
            for (const remove of removals) remove();
          };
        },
      };
    }),
  },
  {
    name: "the last listener alone hears",
    killer: listeners,
    spoil: changed((link) => {
      let last: LinkEventListener | undefined;
      link.onEvent((event) => last?.(event));
      return {
        onEvent: (listener) => {
          last = listener;
          return () => {
            if (last === listener) last = undefined;
          };
        },
      };
    }),
  },
  {
    name: "a listener hears what was before it",
    killer: listeners,
    spoil: changed((link) => {
      const past: LinkEvent[] = [];
      link.onEvent((event) => past.push(event));
      return {
        onEvent: (listener) => {
          for (const event of past) listener(event);
          return link.onEvent(listener);
        },
      };
    }),
  },
  {
    name: "no observation is claimed where accesses are reported",
    killer: "as traits.observes is nothing",
    holdsOn: "bare",
    spoil: claiming({ observes: "nothing" }),
  },
  {
    name: "observation is claimed where nothing is reported",
    killer: moved("read"),
    from: "bare",
    holdsOn: "level",
    spoil: claiming({ observes: "requests" }),
  },
  {
    name: "of many events at a time some are dropped",
    killer: rises,
    spoil: changed((link) => ({
      onEvent: (listener) => {
        let atCycle = 0;
        let count = 0;
        return link.onEvent((event) => {
          if (link.clock.cycle !== atCycle) [atCycle, count] = [link.clock.cycle, 0];
          if (count++ < 64) listener(event);
        });
      },
    })),
  },
  ...(
    [
      ["are reported twice", (event) => [event, event]],
      ["lose their addresses", (event) => [{ ...event, address: 0 }]],
      ["are reported without what was read", (event) => [{ ...event, value: 0 }]],
      ["are never refused", (event) => [{ ...event, isRefused: false }]],
      ["are reads", (event) => [{ ...event, access: "read" }]],
      ["are reported where they are reads", (event) => (event.access === "read" ? [event] : [])],
      ["are reported in another count of cycles", (event) => [{ ...event, cycle: event.cycle + 1e6 }]],
    ] as const satisfies readonly (readonly [string, (event: RegisterEvent) => readonly LinkEvent[]])[]
  ).map(
    ([what, change]): FaultyLink => ({
      name: `register accesses ${what}`,
      killer: "a register access that is an event is one",
      spoil: reporting((event) => (event.kind === "register" ? change(event) : [event])),
    }),
  ),
];
