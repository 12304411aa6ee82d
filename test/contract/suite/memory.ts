import { expect } from "vitest";
import type { WindowUse } from "../../../src/bus/window.ts";
import { type ContractContext, done, expectBytes, type Place, pattern } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";

const LENGTH = 256;
const uses: readonly WindowUse[] = ["mapped", "shared"];
/** `IRQ_ENABLE` of the end of a transfer from the card, well or not. */
const C2H_CAUSES = 0x300;

/** Starts a transfer of `LENGTH` bytes from the card, and awaits an operation after which it is over. */
const barriers: Readonly<Record<string, (context: ContractContext, place: Place) => Promise<void>>> = {
  async "a wait for an interrupt"(context, { logical }) {
    context.start("c2h", logical, LENGTH, 0, C2H_CAUSES);
    expect(await context.interrupt.wait(context.patience(LENGTH))).toBe(true);
  },
  async "a read"(context, { logical }) {
    context.start("c2h", logical, LENGTH);
    const limit = context.link.clock.cycle + context.patience(LENGTH);
    while (((await context.registers.c2h.read("STATUS")) & 1) === 1)
      expect(context.link.clock.cycle).toBeLessThan(limit);
  },
  async "an idle"(context, { logical }) {
    context.start("c2h", logical, LENGTH, 0, C2H_CAUSES);
    const { link, events } = context;
    const limit = link.clock.cycle + context.patience(LENGTH);
    // As often as it takes: a device in a process of its own may not be computed for some time. Its interrupt says that it is done.
    do await link.idle(context.moving(LENGTH));
    while (!events.some(({ kind }) => kind === "interrupt") && link.clock.cycle < limit);
  },
  async "a list with a wait"(context, { logical }) {
    // Started in it: a message that comes before a list begins does not meet its waits.
    const start = context.program("c2h", logical, LENGTH, 0, C2H_CAUSES);
    const wait = { kind: "wait", limitCycles: context.patience(LENGTH) } as const;
    expect(await context.link.perform([start, wait])).toEqual([1]);
  },
};

/** Windows of one page would hide a link that takes a logical address for a physical one. */
const PAGE = 4096;

export const memoryTests: readonly ContractTest[] = [
  ...Object.entries(barriers).flatMap(([what, moveAndAwait]) =>
    uses.map(
      (use): ContractTest => ({
        name: `what the device wrote is in memory when ${what} resolves, in a ${use} window`,
        async run(context) {
          const sent = pattern(LENGTH, 3);
          await context.load(sent);
          const place = context.place(0x1_0000, LENGTH);
          place.bytes.set(pattern(LENGTH, 4));
          place.open("write", use);
          await moveAndAwait(context, place);
          expectBytes(place.bytes, sent);
          expect(await context.finish("c2h", LENGTH)).toEqual(done);
        },
      }),
    ),
  ),
  {
    name: "the device reads what is in a mapped window as of its opening, each time that it is opened",
    async run(context) {
      const place = context.place(0x2_0000, LENGTH);
      for (const seed of [5, 6]) {
        const sent = pattern(LENGTH, seed);
        place.bytes.set(sent);
        const window = place.open("read");
        expect(await context.move("h2c", place.logical, LENGTH)).toEqual(done);
        window.close();
        expectBytes(await context.unload(LENGTH), sent);
      }
    },
  },
  {
    name: "the device reads what the host wrote to a shared window before a posted write, long after its opening",
    async run(context) {
      const { h2c } = context.registers;
      const place = context.place(0x2_1000, LENGTH);
      place.bytes.fill(0);
      place.open("read", "shared");
      for (const seed of [7, 8]) {
        await context.barrier();
        const sent = pattern(LENGTH, seed);
        expect(await context.move("h2c", place.logical, 8)).toEqual(done);
        h2c.write("LENGTH", LENGTH);
        place.bytes.set(sent);
        // The start itself is the posted write.
        h2c.write("COMMAND", 1);
        expect(await context.finish("h2c", LENGTH)).toEqual(done);
        expectBytes(await context.unload(LENGTH), sent);
      }
    },
  },
  {
    name: "host and device write side by side in a shared window, and neither undoes the other",
    async run(context) {
      const { registers } = context;
      const rounds = 4;
      const part = 64;
      const place = context.place(0x2_2000, 2 * rounds * part);
      place.bytes.fill(0);
      place.open("read-write", "shared");
      const expected = Uint8Array.from(place.bytes);
      for (let round = 0; round < rounds; round++) {
        const [own, its] = [2 * round * part, (2 * round + 1) * part];
        const sent = pattern(part, 10 + round);
        place.bytes.set(sent, own);
        expected.set(sent, own);
        expected.set(sent, its);
        expect(await context.move("h2c", place.logical + BigInt(own), part)).toEqual(done);
        context.start("c2h", place.logical + BigInt(its), part);
        // The host goes on with what is not the device's while the device writes, and calls the link.
        const more = pattern(8, 20 + round);
        place.bytes.set(more, own);
        expected.set(more, own);
        for (let value = 0; value < 8; value++) registers.global.write("SCRATCH", value);
        expect(await context.finish("c2h", part)).toEqual(done);
        registers.global.write("SCRATCH", 0);
        await context.barrier();
        expectBytes(place.bytes, expected);
      }
      expect(await context.move("h2c", place.logical, expected.length)).toEqual(done);
      expectBytes(await context.unload(expected.length), expected);
    },
  },
  {
    name: "bytes cross in both directions at any alignment, and none beside them",
    async run(context) {
      for (const [offset, length] of [
        [3, 50],
        [0, 8],
        [7, 1],
        [4090, 300],
        [5, 2045],
      ] as const) {
        const sent = pattern(length, length);
        const [from, to] = [
          context.place(0x3_0000 + offset, length),
          context.place(0x3_4000 + offset, length),
        ];
        const around = context.place(0x3_4000, 3 * PAGE);
        around.bytes.fill(0xa5);
        from.bytes.set(sent);
        const windows = [from.open("read"), to.open("write")];
        expect(await context.move("h2c", from.logical, length, offset)).toEqual(done);
        expect(await context.move("c2h", to.logical, length, offset)).toEqual(done);
        const expected = new Uint8Array(3 * PAGE).fill(0xa5);
        expected.set(sent, offset);
        expectBytes(around.bytes, expected);
        for (const window of windows) window.close();
      }
    },
  },
  {
    name: "each bank of memory is reached by all bits of its address",
    async run(context) {
      const places = context.link.memory.banks.map((_, bank) => context.place(0x5_0000, LENGTH, { bank }));
      for (const [bank, { bytes }] of places.entries()) bytes.set(pattern(LENGTH, 30 + bank));
      const windows = places.map((place) => place.open("read-write"));
      for (const { logical, bytes } of places) {
        const sent = Uint8Array.from(bytes);
        expect(await context.move("h2c", logical, LENGTH)).toEqual(done);
        expectBytes(await context.unload(LENGTH), sent);
      }
      for (const [bank, { logical, bytes }] of places.entries()) {
        const sent = pattern(LENGTH, 40 + bank);
        const others = places
          .filter((place) => place.bytes !== bytes)
          .map((place) => Uint8Array.from(place.bytes));
        await context.load(sent);
        expect(await context.move("c2h", logical, LENGTH)).toEqual(done);
        expectBytes(bytes, sent);
        expect(places.filter((place) => place.bytes !== bytes).map((place) => place.bytes)).toEqual(others);
      }
      for (const window of windows) window.close();
    },
  },
  {
    name: "a window's pages are at their physical addresses, whatever the logical ones are",
    async run(context) {
      const place = context.place(0x6_0ff0, LENGTH, { logicalOffset: 0x7_0ff0 });
      const sent = pattern(LENGTH, 50);
      place.bytes.set(sent);
      context.place(0x7_0ff0, LENGTH).bytes.fill(0);
      place.open("read-write");
      expect(await context.move("h2c", place.logical, LENGTH)).toEqual(done);
      expectBytes(await context.unload(LENGTH), sent);
      const other = pattern(LENGTH, 51);
      await context.load(other);
      expect(await context.move("c2h", place.logical, LENGTH)).toEqual(done);
      expectBytes(place.bytes, other);
      expect(context.place(0x7_0ff0, LENGTH).bytes).toEqual(new Uint8Array(LENGTH));
    },
  },
  {
    name: "views of memory are the memory: all of one place, also after the end of the link",
    async run(context) {
      const { memory } = context.link;
      const place = context.place(0x8_0000, LENGTH);
      const offset = memory.offsetOf(place.physical, LENGTH);
      place.bytes.set(pattern(LENGTH, 60));
      expect(context.place(0x8_0000, LENGTH).bytes).toEqual(place.bytes);
      expect(memory.bytes.subarray(offset, offset + LENGTH)).toEqual(place.bytes);
      await context.load(pattern(LENGTH, 61));
      expectBytes(place.bytes, pattern(LENGTH, 60));
      await context.link[Symbol.asyncDispose]();
      expect(place.bytes.length, "bytes of a view after the link is closed").toBe(LENGTH);
      expectBytes(place.bytes, pattern(LENGTH, 60));
      // The next device may have the memory: a view of before may then have no bytes, and harms nobody.
      await context.next();
      place.bytes[0] = 0xff;
    },
  },
];
