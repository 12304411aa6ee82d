import { expect } from "vitest";
import type { LinkEvent } from "../../../src/bus/event.ts";
import { field } from "../../../src/driver/register-file.ts";
import { REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import { type Channel, type ContractContext, done, pattern } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { isMessage, isSilent, observesNothing } from "./exemptions.ts";

const transfers = [
  ["h2c", "read"],
  ["c2h", "write"],
] as const;

/** More than fit where a link keeps few. */
const RISES = 100;

/** Does a transfer through a window of its own and keeps nothing but its events. Its address. */
async function observe(
  context: ContractContext,
  channel: Channel,
  offset: number,
  lengthBytes: number,
): Promise<bigint> {
  // The last bank is the farthest: its addresses have the most bits.
  const place = context.place(offset, lengthBytes, { bank: context.link.memory.banks.length - 1 });
  const window = place.open("read-write");
  context.events.splice(0);
  expect(await context.move(channel, place.logical, lengthBytes)).toEqual(done);
  window.close();
  return place.logical;
}

function accessesIn(events: readonly LinkEvent[]) {
  return events.filter((event) => event.kind === "access");
}

function floor(address: bigint, word: bigint): bigint {
  return address - (address % word);
}

function endsIn(events: readonly LinkEvent[]) {
  return events.filter((event) => event.kind === "access-end");
}

export const eventTests: readonly ContractTest[] = [
  ...transfers.map(
    ([channel, direction]): ContractTest => ({
      name: `each ${direction} of the device is an event with address and length; together they are what was moved`,
      unless: [observesNothing],
      async run(context) {
        const length = 8192;
        const address = await observe(context, channel, 0x1_0000, length);
        let next = address;
        for (const access of accessesIn(context.events)) {
          expect(access).toMatchObject({ direction, address: next });
          expect(access.lengthBytes).toBeGreaterThanOrEqual(1);
          next += BigInt(access.lengthBytes);
        }
        expect(next - address, "bytes of all accesses").toBe(BigInt(length));
      },
    }),
  ),
  ...transfers.map(
    ([channel, direction]): ContractTest => ({
      name: `each ${direction} ends after it began, with an event where the link sees bursts`,
      unless: [observesNothing],
      async run(context) {
        await observe(context, channel, 0x1_0000, 8192);
        let open = 0;
        for (const { kind } of context.events) {
          if (kind === "access") open++;
          if (kind === "access-end") expect(--open, "ends before beginnings").toBeGreaterThanOrEqual(0);
        }
        const ends = endsIn(context.events);
        expect(ends.every((end) => end.direction === direction)).toBe(true);
        if (context.link.traits.observes === "bursts") expect(open).toBe(0);
        else expect(ends).toEqual([]);
      },
    }),
  ),
  {
    name: "an access at any alignment is reported with the bytes that it touches, to the bus word",
    unless: [observesNothing],
    async run(context) {
      const limits = await context.registers.global.read("LIMITS");
      const word = 1n << BigInt(field("LIMITS", "DATA_BYTES_LOG2").of(limits));
      await context.load(pattern(4096, 1));
      for (const [channel, direction] of transfers) {
        for (const [offset, length] of [
          [3, 50],
          [5, 1],
          [4093, 2100],
        ] as const) {
          const address = await observe(context, channel, 0x2_0000 + offset, length);
          const accesses = accessesIn(context.events);
          expect(accesses.every((access) => access.direction === direction)).toBe(true);
          const first = accesses[0]!.address;
          expect(first >= floor(address, word) && first <= address, `begins at ${first}`).toBe(true);
          let end: bigint = first;
          for (const access of accesses) {
            expect(access.address).toBe(end);
            end += BigInt(access.lengthBytes);
          }
          const last = address + BigInt(length);
          expect(end >= last && end <= floor(last + word - 1n, word), `ends at ${end}, not ${last}`).toBe(
            true,
          );
        }
      }
    },
  },
  {
    name: "events come in the order of their cycles, in cycles of the clock, before the call that follows resolves",
    async run(context) {
      const { link, events } = context;
      await context.load(pattern(1024, 2));
      const start = link.clock.cycle;
      events.splice(0);
      const place = context.place(0x3_0000, 1024);
      place.open("write");
      context.start("c2h", place.logical, 1024, 0, 0x300);
      expect(await context.interrupt.wait(context.patience(1024))).toBe(true);
      await context.barrier();
      const cycles = events.map(({ cycle }) => cycle);
      expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
      for (const cycle of cycles) {
        expect(Number.isSafeInteger(cycle)).toBe(true);
        expect(cycle).toBeGreaterThanOrEqual(start);
        expect(cycle).toBeLessThanOrEqual(link.clock.cycle);
      }
      // Nothing of the transfer comes after the interrupt that reports its end.
      const interrupt = events.findIndex((event) => event.kind === "interrupt" && event.asserted);
      expect(interrupt).toBeGreaterThanOrEqual(0);
      expect(accessesIn(events.slice(interrupt))).toEqual([]);
      if (link.traits.observes !== "nothing") expect(accessesIn(events.slice(0, interrupt))).not.toEqual([]);
      expect(events.filter(({ kind }) => kind === "violation" || kind === "fault")).toEqual([]);
    },
  },
  {
    name: "each rise of the interrupt is an event",
    async run(context) {
      context.enable();
      for (let rise = 0; rise < RISES; rise++) {
        context.raise();
        context.clear();
      }
      await context.barrier();
      await context.link.idle(context.quiet);
      const rises = context.events.filter((event) => event.kind === "interrupt" && event.asserted);
      expect(rises.length).toBe(RISES);
    },
  },
  {
    name: "each fall of the interrupt line is an event between two rises",
    unless: [isMessage],
    async run(context) {
      context.enable();
      for (let rise = 0; rise < 3; rise++) {
        context.raise();
        context.clear();
      }
      await context.barrier();
      await context.link.idle(context.quiet);
      const levels = context.events.flatMap((event) => (event.kind === "interrupt" ? [event.asserted] : []));
      expect(levels).toEqual([true, false, true, false, true, false]);
    },
  },
  {
    name: "a register access that is an event is one, in the order of the answers, with what was answered",
    unless: [isSilent],
    async run({ link, registers: { global } }) {
      const found: unknown[] = [];
      link.onEvent((event) => {
        if (event.kind !== "register") return;
        expect(event.cycle).toBeLessThanOrEqual(link.clock.cycle);
        const { access, address, value, isRefused } = event;
        found.push({ access, address, value, isRefused });
      });
      const address = global.addressOf("SCRATCH");
      const nowhere = REGISTER_SPACE_BYTES;
      global.write("SCRATCH", 0xffff_fffe);
      await global.read("SCRATCH");
      await link.readRegister(nowhere).catch(() => undefined);
      link.writeRegister(nowhere, 1);
      await global.read("SCRATCH").catch(() => undefined);
      await global.read("SCRATCH");
      const answered = { access: "read", address, value: 0xffff_fffe, isRefused: false };
      // Links that do not see the cycle of an answer have none of them.
      if (found.length === 0) return;
      // A read that rejects for a write before it may have been asked or not.
      const isAsked = found.length > 5;
      expect(found).toMatchObject([
        { access: "write", address, value: 0, isRefused: false },
        answered,
        { access: "read", address: nowhere, isRefused: true },
        { access: "write", address: nowhere, value: 0, isRefused: true },
        ...(isAsked ? [answered, answered] : [answered]),
      ]);
    },
  },
  {
    name: "a listener hears from when it is added until it is removed, and no other with it",
    async run(context) {
      const { link } = context;
      const heard: string[] = [];
      const pulse = async () => {
        context.raise();
        context.clear();
        await context.barrier();
        await link.idle(context.quiet);
      };
      const noteAs = (name: string) => (event: LinkEvent) => {
        if (event.kind === "interrupt" && event.asserted) heard.push(name);
      };
      context.enable();
      const removeFirst = link.onEvent(noteAs("first"));
      await pulse();
      const removeSecond = link.onEvent(noteAs("second"));
      await pulse();
      removeFirst();
      removeFirst();
      await pulse();
      removeSecond();
      await pulse();
      expect(heard).toEqual(["first", "first", "second", "second"]);
    },
  },
];
