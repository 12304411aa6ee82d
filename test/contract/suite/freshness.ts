import { expect } from "vitest";
import {
  channelBlock,
  globalBlock,
  REGISTER_SPACE_BYTES,
  type Register,
} from "../../../src/spec/registers.ts";
import { type ContractContext, done, expectBytes, pattern } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { hasNoErrors, isSilent, isUnchecked } from "./exemptions.ts";

/** Every register that can be read, by address: as after a reset, but for what the build decides. */
async function registersOf({ link }: ContractContext): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const block of [globalBlock, channelBlock]) {
    for (const [instance, base] of Object.entries(block.instances)) {
      for (const { name, offset, access } of block.registers as readonly Register[])
        if (access !== "wo") found.set(`${instance}.${name}`, await link.readRegister(base + offset));
    }
  }
  return found;
}

/** The registers that keep what is written, by address; with which of them are switches. */
const kept = [channelBlock, globalBlock].flatMap(({ instances, registers }) =>
  Object.values(instances).flatMap((base) =>
    (registers as readonly Register[])
      .filter(({ access }) => access === "rw")
      .map(({ name, offset }) => ({ address: base + offset, isSwitch: name.endsWith("CONTROL") })),
  ),
);

/** Posts writes after which as many registers as possible differ from their reset. */
function dirty(context: ContractContext): void {
  for (const { address, isSwitch } of kept) context.link.writeRegister(address, isSwitch ? 1 : 0x5a5a_5a58);
  context.raise();
}

export const freshnessTests: readonly ContractTest[] = [
  {
    name: "fresh: every register is as after a reset",
    async run(context) {
      const atFirst = await registersOf(context);
      dirty(context);
      expect(await registersOf(context)).not.toEqual(atFirst);
      expect(await registersOf(await context.next())).toEqual(atFirst);
    },
  },
  {
    name: "fresh: SCRATCH and IRQ_ENABLE are 0, also when they were written last and nothing was awaited",
    async run(context) {
      await context.barrier();
      context.registers.global.write("SCRATCH", 3);
      context.enable();
      const { global } = (await context.next()).registers;
      expect([await global.read("SCRATCH"), await global.read("IRQ_ENABLE")]).toEqual([0, 0]);
    },
  },
  {
    name: "fresh: no interrupt is pending, neither in the device nor for an asker",
    async run(context) {
      context.enable();
      context.raise();
      expect(await context.interrupt.wait(context.patience())).toBe(true);
      context.clear();
      context.raise();
      await context.barrier();
      const fresh = await context.next();
      expect(await fresh.interrupt.wait(fresh.quiet)).toBe(false);
      expect(await fresh.link.perform([{ kind: "wait", limitCycles: fresh.quiet }])).toEqual([0]);
      fresh.enable();
      expect(await fresh.interrupt.wait(fresh.quiet)).toBe(false);
      expect(fresh.events).toEqual([]);
      fresh.raise();
      expect(await fresh.interrupt.wait(fresh.patience())).toBe(true);
    },
  },
  {
    name: "fresh: no window is open",
    unless: [isUnchecked],
    async run(context) {
      const place = context.place(0x1_0000, 64);
      place.open("read-write", "shared");
      place.open("read-write");
      await context.load(pattern(64, 1));
      const fresh = await context.next();
      expect(fresh.link.windows.live.size).toBe(0);
      expect(await fresh.move("h2c", place.logical, 64)).toMatchObject({ status: "error", residue: 64 });
      const { bytes } = fresh.place(0x1_0000, 64);
      const before = Uint8Array.from(bytes);
      await fresh.load(pattern(64, 2));
      await fresh.move("c2h", place.logical, 64);
      expectBytes(bytes, before);
    },
  },
  {
    name: "fresh: nothing of a transfer that was cut off in its middle arrives later, though a window is open there again",
    async run(context) {
      const length = 16_384;
      await context.load(pattern(length, 3));
      const place = context.place(0x1_0000, length);
      place.bytes.fill(0);
      place.open("write");
      context.start("c2h", place.logical, length, 0, 0x300);
      await context.link.idle(context.cycles(8));
      const fresh = await context.next();
      // Without bytes where the next device has the memory.
      const atClose = place.bytes.length === 0 ? new Uint8Array() : Uint8Array.from(place.bytes);
      const again = fresh.place(0x1_0000, length);
      again.bytes.fill(0xa5);
      again.open("read-write");
      expect(await fresh.registers.c2h.read("STATUS")).toBe(0);
      await fresh.link.idle(fresh.moving(length));
      expect(again.bytes.every((byte) => byte === 0xa5)).toBe(true);
      expect(await fresh.interrupt.wait(0)).toBe(false);
      expect(fresh.events).toEqual([]);
      // A link that keeps its memory has one block for both.
      if (again.bytes.buffer !== place.bytes.buffer) expectBytes(place.bytes, atClose);
      await fresh.load(pattern(64, 4));
      expect(await fresh.move("c2h", again.logical, 64)).toEqual(done);
      expectBytes(again.bytes.subarray(0, 64), pattern(64, 4));
    },
  },
  {
    name: "fresh: no listener of before hears of it",
    async run(context) {
      context.enable();
      await context.barrier();
      const fresh = await context.next();
      const before = context.events.length;
      fresh.enable();
      fresh.raise();
      expect(await fresh.interrupt.wait(fresh.patience())).toBe(true);
      await fresh.load(pattern(64, 5));
      expect(context.events.length).toBe(before);
      expect(fresh.events.length).toBeGreaterThan(0);
    },
  },
  {
    name: "fresh: no error of a posted write of before is reported",
    unless: [isSilent],
    async run(context) {
      await context.barrier();
      context.link.writeRegister(REGISTER_SPACE_BYTES, 1);
      const fresh = await context.next();
      await fresh.barrier();
      await fresh.link.idle(fresh.quiet);
      await fresh.barrier();
    },
  },
  {
    name: "fresh: no error of host memory that was asked for before is left",
    unless: [hasNoErrors],
    async run(context) {
      const errors = context.link.errors!;
      const { logical } = context.place(0x1_0000, 64);
      errors.at(logical, "read", "SLVERR");
      errors.at(logical, "write", "SLVERR");
      errors.afterBeats(0, "read", "SLVERR");
      errors.afterBeats(0, "write", "SLVERR");
      await context.barrier();
      const fresh = await context.next();
      fresh.place(0x1_0000, 64).open("read-write");
      expect(await fresh.move("h2c", logical, 64)).toEqual(done);
      expect(await fresh.move("c2h", logical, 64)).toEqual(done);
      const own = fresh.link.errors!;
      for (let count = 0; count < own.addresses; count++) own.at(logical, "read", "SLVERR");
    },
  },
];
