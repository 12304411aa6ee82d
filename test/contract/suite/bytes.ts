import { expect } from "vitest";
import type { LinkEvent } from "../../../src/bus/event.ts";
import { type ContractContext, done, type Place, pattern } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { observesNothing } from "./exemptions.ts";

type Written = Extract<LinkEvent, { kind: "written" }>;

/** Everything that the device writes from now on. */
function writtenTo({ link }: ContractContext): { readonly all: Written[]; readonly remove: () => void } {
  const all: Written[] = [];
  const remove = link.onEvent(
    (event) => {
      if (event.kind === "written") all.push(event);
    },
    { bytes: true },
  );
  return { all, remove };
}

/** Does to `copy` what the device did to the memory of `place`. */
function apply(written: readonly Written[], copy: Uint8Array, place: Place): void {
  for (const { address, bytes } of written) copy.set(bytes, Number(address - place.logical));
}

const hasBytes = { unless: [observesNothing] };

export const byteTests: readonly ContractTest[] = [
  {
    name: "every byte that the device writes, and no other, is an event for who asks for bytes",
    ...hasBytes,
    async run(context) {
      await context.load(pattern(8192, 1));
      const { all } = writtenTo(context);
      for (const [offset, length] of [
        [0, 4096],
        [3, 50],
        [7, 1],
        [4093, 2100],
      ] as const) {
        const place = context.place(0x4_0000 + offset, length);
        const window = place.open("write");
        all.splice(0);
        expect(await context.move("c2h", place.logical, length)).toEqual(done);
        window.close();
        const bytes = all.map((event) => event.bytes.length).reduce((sum, more) => sum + more, 0);
        expect(bytes, `of ${length} at ${offset}`).toBe(length);
        const copy = new Uint8Array(length);
        apply(all, copy, place);
        expect(copy).toEqual(pattern(8192, 1).subarray(0, length));
        expect(all.every((event) => event.bytes.length > 0 && Number.isSafeInteger(event.cycle))).toBe(true);
      }
    },
  },
  {
    name: "what has been written is an event before the host can see it",
    ...hasBytes,
    async run(context) {
      await context.load(pattern(4096, 2));
      const { all } = writtenTo(context);
      const place = context.place(0x5_0005, 4096);
      place.bytes.set(pattern(4096, 3));
      const copy = Uint8Array.from(place.bytes);
      place.open("write");
      context.start("c2h", place.logical, 4096, 0, 0x300);
      const step = Math.ceil(context.moving(4096) / 40);
      for (let steps = 0; steps < 80 && !(await context.interrupt.wait(step)); steps++) {
        apply(all.splice(0), copy, place);
        expect(Buffer.compare(copy, place.bytes), `after ${steps} steps`).toBe(0);
      }
      await context.barrier();
      apply(all, copy, place);
      expect(copy).toEqual(pattern(4096, 2));
    },
  },
  {
    name: "what is written twice is two events, each with its bytes",
    ...hasBytes,
    async run(context) {
      const { all } = writtenTo(context);
      const place = context.place(0x6_0000, 512);
      const window = place.open("write");
      for (const seed of [4, 5]) {
        await context.load(pattern(512, seed));
        expect(await context.move("c2h", place.logical, 512)).toEqual(done);
        place.bytes.fill(0);
      }
      window.close();
      const first = all.splice(
        0,
        all.findIndex(({ address }, at) => at > 0 && address === place.logical),
      );
      for (const [written, seed] of [
        [first, 4],
        [all, 5],
      ] as const) {
        const copy = new Uint8Array(512);
        apply(written, copy, place);
        expect(copy).toEqual(pattern(512, seed));
      }
    },
  },
  {
    name: "bytes are for listeners that ask for them, as long as they listen",
    ...hasBytes,
    async run(context) {
      const { all, remove } = writtenTo(context);
      await context.load(pattern(64, 6));
      expect(all, "the device only read").toEqual([]);
      await context.unload(64);
      expect(all).not.toEqual([]);
      expect(context.events.filter(({ kind }) => kind === "written")).toEqual([]);
      const before = all.length;
      remove();
      await context.unload(64);
      expect(all.length).toBe(before);
    },
  },
];
