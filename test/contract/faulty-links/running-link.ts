import { LinkClosedError } from "../../../src/bus/errors.ts";
import type { LinkEvent } from "../../../src/bus/event.ts";
import type { Link } from "../../../src/bus/link.ts";
import { turn } from "../suite/contract-context.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { replaced } from "./faulty-link.ts";

/** What a link on wall time does otherwise. */
export interface Running {
  /** A wait expires by the clock alone, before the link has looked at what the device has done. */
  readonly expiresUnseen?: boolean;
  /** The clock goes so many times as fast as it says. */
  readonly haste?: number;
}

/** Cycles that the built-in engine computes in a fraction of the wall time that they stand for. */
const FREQUENCY_HZ = 200_000;
const ACCESS_MS = 2;

/**
 * A device that runs by the host's time, as a board does: it catches up whenever somebody looks. For what is asked of time and
 * of a host that sleeps; errors of posted writes are lost.
 */
export function runningLink(open: ContractLink["open"], how: Running = {}): ContractLink {
  return {
    open: async (seed) => running(await open(seed), how),
    // Time passes; nothing in this process does.
    sleepHost: async (_link, milliseconds) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    },
  };
}

function running(link: Link, { expiresUnseen = false, haste = 1 }: Running): Link {
  const start = performance.now();
  const now = (): number => Math.floor(((performance.now() - start) * haste * FREQUENCY_HZ) / 1000);
  let isClosed = false;
  let before: Promise<unknown> = Promise.resolve();
  /** One after the other, each when the device has run until now. */
  const inTurn = <T>(operation: () => Promise<T> | T): Promise<T> => {
    const next = before.then(async () => {
      if (isClosed) throw new LinkClosedError(link.name);
      await link.idle(Math.max(0, now() - link.clock.cycle));
      return await operation();
    });
    before = next.catch(() => undefined);
    return next;
  };
  const late = (event: LinkEvent): LinkEvent => ({ ...event, cycle: Math.min(event.cycle, now()) });
  return replaced(link, {
    traits: { ...link.traits, time: "wall" },
    pace: { accessMs: ACCESS_MS, bytesPerSecond: FREQUENCY_HZ / 2 },
    clock: {
      ...{ kind: "wall", frequencyHz: FREQUENCY_HZ },
      get cycle() {
        return now();
      },
    },
    writeRegister: (address, value) => {
      inTurn(() => link.writeRegister(address, value)).catch(() => undefined);
    },
    readRegister: (address) => inTurn(() => link.readRegister(address)),
    perform: (operations) => inTurn(() => link.perform(operations)),
    idle: async (cycles) => {
      await inTurn(() => link.idle(0));
      const end = now() + cycles;
      while (now() < end) {
        await turn();
        if (isClosed) throw new LinkClosedError(link.name);
      }
      await inTurn(() => undefined);
    },
    listen: (options) => {
      const listener = link.listen(options);
      /** Whether it is over, at an end that the clock had reached before the link looked. */
      const look = async (isLast: boolean, signal?: AbortSignal): Promise<boolean | undefined> => {
        if (await inTurn(() => listener.wait(0))) return true;
        return isLast || signal?.aborted === true ? false : undefined;
      };
      return {
        wait: async (limit, signal) => {
          const end = now() + limit;
          let met: boolean | undefined;
          while (met === undefined) {
            await turn();
            const isLast = now() >= end;
            met = isLast && expiresUnseen ? false : await look(isLast, signal);
          }
          return met;
        },
      };
    },
    onEvent: (hear, options) => link.onEvent((event) => hear(late(event)), options),
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      await before;
      await link[Symbol.asyncDispose]();
    },
  });
}
