import { expect } from "vitest";
import type { Access, Window } from "../../../src/bus/window.ts";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { done, expectBytes, pattern } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { allowsBoth, isUnchecked, reportsNoFaults } from "./exemptions.ts";

import { channelOf, type Direction, directions, expectRefused, unitOf } from "./refusals.ts";

const accesses: readonly Access[] = ["read", "write", "read-write"];
function allows(access: Access, direction: Direction): boolean {
  return access === "read-write" || access === direction;
}

export const windowTests: readonly ContractTest[] = [
  ...accesses.map(
    (access): ContractTest => ({
      name: `a window of access ${access} serves what it allows and refuses the rest`,
      unless: [isUnchecked, allowsBoth],
      async run(context) {
        const length = 4096;
        const sent = pattern(length, 1);
        await context.load(sent);
        const place = context.place(0x1_0000, length);
        place.bytes.set(pattern(length, 2));
        const window = place.open(access);
        for (const direction of directions) {
          if (!allows(access, direction)) await expectRefused(context, direction, 0x1_0000, length);
        }
        if (allows(access, "write")) {
          expect(await context.move("c2h", place.logical, length)).toEqual(done);
          expectBytes(place.bytes, sent);
        }
        if (allows(access, "read")) {
          place.bytes.set(pattern(length, 3));
          window.close();
          place.open(access);
          expect(await context.move("h2c", place.logical, length)).toEqual(done);
          expectBytes(await context.unload(length), pattern(length, 3));
        }
      },
    }),
  ),
  ...directions.map(
    (direction): ContractTest => ({
      name: `a window is checked in the unit of its trait: ${direction}s beside it are refused`,
      unless: [isUnchecked],
      async run(context) {
        const unit = unitOf(context, direction);
        const at = 0x2_0000 + 2 * unit;
        await context.load(pattern(3 * unit, 4));
        // One byte in the middle of a unit allows all of it.
        const window = context.place(at + (unit >> 1), 1).open(direction);
        expect(await context.move(channelOf[direction], context.place(at, unit).logical, unit)).toEqual(done);
        await expectRefused(context, direction, at - unit, unit);
        await expectRefused(context, direction, at + unit, unit);
        const beyond = await context.move(channelOf[direction], context.place(at, unit).logical, unit + 1);
        if (direction === "read") expect(beyond).toMatchObject({ status: "error", residue: 1 });
        window.close();
        await expectRefused(context, direction, at, unit);
      },
    }),
  ),
  ...directions.map(
    (direction): ContractTest => ({
      name: `a long window has its units and no more, for ${direction}s`,
      unless: [isUnchecked],
      async run(context) {
        const unit = unitOf(context, direction);
        const [at, count] = [0x3_0000 + 5 * unit, 100];
        await context.load(pattern(4 * unit, 10));
        const window = context.place(at, count * unit).open(direction);
        const inside = [0, 1, 27, 50, count - 3].map((index) => context.place(at + index * unit, 3 * unit));
        for (const { logical } of inside)
          expect(await context.move(channelOf[direction], logical, 3 * unit)).toEqual(done);
        for (const index of [-1, count, count + 1]) {
          await expectRefused(context, direction, at + index * unit, unit);
        }
        window.close();
        for (const index of [0, 50, count - 1])
          await expectRefused(context, direction, at + index * unit, unit);
      },
    }),
  ),
  {
    name: "without a window the device is served nothing",
    unless: [isUnchecked],
    async run(context) {
      await context.load(pattern(64, 5));
      for (const direction of directions) await expectRefused(context, direction, 0x3_0000, 64);
      expect(context.link.windows.live.size).toBe(0);
    },
  },
  {
    name: "a refused access is a fault with its direction and address, and an allowed one is none",
    unless: [reportsNoFaults],
    async run(context) {
      await context.load(pattern(64, 9));
      await context.unload(64);
      expect(context.events.filter(({ kind }) => kind === "fault")).toEqual([]);
      for (const direction of directions) {
        context.events.splice(0);
        const { logical } = context.place(0x9_0040, 64);
        await expectRefused(context, direction, 0x9_0040, 64);
        const faults = context.events.filter((event) => event.kind === "fault");
        expect(faults[0]).toMatchObject({ direction, address: logical });
        expect(faults.every((fault) => fault.direction === direction)).toBe(true);
      }
    },
  },
  {
    name: "refuses a window that is none at once, and opens nothing",
    async run(context) {
      const { physical, logical } = context.place(0, 4096);
      const open = (changes: Partial<Window>) => () =>
        context.link.windows.open({
          ...{ logical, physical, lengthBytes: 8, access: "read-write", use: "mapped" },
          ...changes,
        });
      const bad: readonly Partial<Window>[] = [
        { logical: logicalAddress(0x7000_0000_0000_0000n) },
        { physical: physicalAddress(0x7000_0000_0000_0000n) },
        { logical: logicalAddress(logical + 8n) },
        ...[0, -8, 0.5, Number.NaN, 2 ** 40].map((lengthBytes) => ({ lengthBytes })),
      ];
      for (const changes of bad) {
        let error: unknown;
        try {
          open(changes)();
        } catch (caught) {
          error = caught;
        }
        expect(error, Object.entries(changes).join()).toMatchObject({ code: "E_WINDOW_REFUSED" });
      }
      expect(context.link.windows.live.size).toBe(0);
      open({})().close();
    },
  },
  {
    name: "an open window is what it was asked to be, and live until it is closed",
    async run(context) {
      const { windows } = context.link;
      const { physical, logical } = context.place(0x30, 100);
      const asked: Window = { logical, physical, lengthBytes: 100, access: "write", use: "shared" };
      const window = windows.open(asked);
      expect(window).toMatchObject(asked);
      expect([...windows.live]).toMatchObject([asked]);
      window.close();
      expect(windows.live.size).toBe(0);
    },
  },
];
