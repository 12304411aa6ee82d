import { expect } from "vitest";
import { REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import { type ContractContext, expectBytes, pattern, rejection, turn } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { everyOperation, watch } from "./every-operation.ts";
import { cannotBeLost, cannotBeMuted } from "./exemptions.ts";

const closed = { code: "E_LINK_CLOSED", blame: "product" };
/** What ends a link for good, of which it learns at its next access at the latest. */
const ends = [
  {
    what: "a lost link",
    error: { code: "E_LINK_LOST", blame: "link" },
    unless: cannotBeLost,
    cut: ({ contractLink, link }: ContractContext) => contractLink.lose!(link),
  },
  {
    what: "a link whose device does not answer",
    error: { code: "E_NO_ANSWER", blame: "product", address: 0 },
    unless: cannotBeMuted,
    cut: ({ contractLink, link }: ContractContext) => contractLink.mute!(link),
  },
] as const;
/** Turns of the event loop in which what is settled shows. */
const TURNS = 20;

async function turns(): Promise<void> {
  for (let count = 0; count < TURNS; count++) await turn();
}

export const lifeTests: readonly ContractTest[] = [
  {
    name: "after dispose every operation rejects as the link is closed; dispose again does nothing",
    async run(context) {
      const { link } = context;
      const remove = link.onEvent(() => undefined);
      const window = context.place(0, 64).open("read");
      await context.barrier();
      await Promise.all([link[Symbol.asyncDispose](), link[Symbol.asyncDispose]()]);
      await link[Symbol.asyncDispose]();
      const operations = Object.entries(everyOperation(context));
      for (const [what, operation] of [...operations, ...operations])
        expect(await rejection(operation()), what).toMatchObject(closed);
      // Clearing up comes after it in many programs.
      window.close();
      remove();
      expect(() => link.writeRegister(2, 0)).toThrow(RangeError);
    },
  },
  {
    name: "dispose rejects at once what is parked",
    async run(context) {
      const { link, interrupt } = context;
      await context.barrier();
      const start = link.clock.cycle;
      const long = context.patience();
      const states = watch([
        link.idle(long),
        interrupt.wait(long),
        link.listen().wait(long, new AbortController().signal),
        interrupt.wait(2 * long),
        // In a simulation in this process a list is over before anybody can end it.
        ...(context.isStepped ? [] : [link.perform([{ kind: "wait", limitCycles: long }])]),
      ]);
      await link[Symbol.asyncDispose]();
      await turns();
      expect(states).toMatchObject(states.map(() => closed));
      if (context.isStepped) expect(link.clock.cycle).toBe(start);
    },
  },
  {
    name: "dispose succeeds whatever is under way or has failed, and events end with it",
    async run(context) {
      const { link } = context;
      await context.load(pattern(4096, 1));
      const place = context.place(0x1_0000, 4096);
      place.open("write");
      context.start("c2h", place.logical, 4096);
      const read = link.readRegister(0).catch((error) => expect(error).toMatchObject(closed));
      if (link.traits.registerErrors === "reported") link.writeRegister(REGISTER_SPACE_BYTES, 1);
      await link[Symbol.asyncDispose]();
      await read;
      const [events, bytes] = [context.events.length, Uint8Array.from(place.bytes)];
      await turns();
      expect(context.events.length).toBe(events);
      expectBytes(place.bytes, bytes);
    },
  },
  ...ends.flatMap(({ what, error, unless, cut }): ContractTest[] => [
    {
      name: `${what} rejects what is parked and every operation, with one error for all, and blames the ${error.blame}`,
      unless: [unless],
      async run(context) {
        const { link, interrupt } = context;
        await context.barrier();
        const long = context.patience();
        const states = watch([link.idle(long), interrupt.wait(long), link.listen().wait(long)]);
        const window = context.place(0, 64).open("read");
        await cut(context);
        window.close();
        const first = await rejection(link.readRegister(0));
        expect(first).toMatchObject({ ...error, link: link.name });
        await turns();
        for (const state of states) expect(state).toBe(first);
        // Nothing brings it back: neither time nor writes nor asking again.
        const operations = Object.entries(everyOperation(context));
        for (const [each, operation] of [...operations, ...operations]) {
          link.writeRegister(0x18, 1);
          expect(await rejection(operation()), each).toBe(first);
        }
      },
    },
    {
      name: `${what} closes, and the next is fresh and whole`,
      unless: [unless],
      async run(context) {
        context.registers.global.write("SCRATCH", 5);
        await context.barrier();
        await cut(context);
        await rejection(context.barrier());
        const next = await context.next();
        expect(await next.registers.global.read("SCRATCH")).toBe(0);
        await next.load(pattern(64, 2));
        expectBytes(await next.unload(64), pattern(64, 2));
      },
    },
  ]),
];
