import { expect } from "vitest";
import type { Access, Window } from "../../../src/bus/window.ts";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { type Channel, type ContractContext, done, expectBytes, pattern } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { isUnchecked, reportsNoFaults } from "./exemptions.ts";

const channelOf = { read: "h2c", write: "c2h" } as const;
const directions = ["read", "write"] as const;
type Direction = (typeof directions)[number];
const accesses: readonly Access[] = ["read", "write", "read-write"];

/** Bytes in which the accesses of a direction are checked. */
function unitOf({ link: { traits } }: ContractContext, direction: Direction): number {
  const { windows } = traits;
  if (windows === "unchecked") return 1;
  return direction === "read" ? windows.readUnit : windows.writeUnit;
}

function allows(access: Access, direction: Direction): boolean {
  return access === "read-write" || access === direction;
}

/** A transfer of which the device is served nothing. Writes may be refused without its notice, where no fault is reported. */
async function expectRefused(
  context: ContractContext,
  direction: Direction,
  offset: number,
  lengthBytes: number,
): Promise<void> {
  const { logical, bytes } = context.place(offset, lengthBytes);
  const before = Uint8Array.from(bytes);
  const outcome = await context.move(channelOf[direction], logical, lengthBytes);
  expectBytes(bytes, before, `${direction} of ${lengthBytes} bytes that no window allows`);
  const { windows } = context.link.traits;
  if (direction === "read" || (windows !== "unchecked" && windows.reportsFaults))
    expect(outcome).toMatchObject({ status: "error", residue: lengthBytes });
}

export const windowTests: readonly ContractTest[] = [
  ...accesses.map(
    (access): ContractTest => ({
      name: `a window of access ${access} serves what it allows and refuses the rest`,
      unless: [isUnchecked],
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
  {
    name: "without a window the device is served nothing",
    unless: [isUnchecked],
    async run(context) {
      await context.load(pattern(64, 5));
      for (const direction of directions) await expectRefused(context, direction, 0x3_0000, 64);
      expect(context.link.windows.live.size).toBe(0);
    },
  },
  ...directions.map(
    (direction): ContractTest => ({
      name: `closing a window leaves another on the same unit open, for ${direction}s`,
      unless: [isUnchecked],
      async run(context) {
        const unit = unitOf(context, direction);
        const channel: Channel = channelOf[direction];
        const at = 0x4_1000 - 3 * unit;
        await context.load(pattern(8 * unit, 6));
        const kept = context.place(at, 6 * unit).open(direction);
        context
          .place(at, 125 * unit)
          .open("read-write")
          .close();
        context
          .place(at + 6 * unit - 1, 1)
          .open(direction)
          .close();
        context
          .place(at, 6 * unit)
          .open(direction === "read" ? "write" : "read")
          .close();
        const { logical } = context.place(at, 6 * unit);
        expect(await context.move(channel, logical, 6 * unit)).toEqual(done);
        await expectRefused(context, direction, at + 6 * unit, unit);
        kept.close();
        kept.close();
        await expectRefused(context, direction, at, unit);
      },
    }),
  ),
  {
    name: "two windows on one page are two: each closes for itself, and closing twice closes no other",
    unless: [isUnchecked],
    async run(context) {
      const unit = Math.max(unitOf(context, "read"), unitOf(context, "write"));
      const at = 0x5_0000;
      const [first, second] = [context.place(at, unit), context.place(at + 4 * unit, unit)];
      await context.load(pattern(unit, 7));
      const windows = [first.open("read-write"), second.open("read-write")];
      const again = first.open("read-write");
      expect(context.link.windows.live.size).toBe(3);
      windows[0]!.close();
      windows[0]!.close();
      expect(await context.move("h2c", first.logical, unit)).toEqual(done);
      again.close();
      await expectRefused(context, "read", at, unit);
      expect(await context.move("c2h", second.logical, unit)).toEqual(done);
      expect([...context.link.windows.live].map(({ logical }) => logical)).toEqual([second.logical]);
      windows[1]!.close();
      await expectRefused(context, "write", at + 4 * unit, unit);
      expect(context.link.windows.live.size).toBe(0);
    },
  },
  {
    name: "many windows are open at a time, and are closed in any order",
    unless: [isUnchecked],
    async run(context) {
      const unit = Math.max(unitOf(context, "read"), unitOf(context, "write"));
      const count = 40;
      const pieces = Math.min(count, Math.floor(65_536 / unit));
      const places = Array.from({ length: count }, (_, index) =>
        context.place(0xa_0000 + index * unit, unit),
      );
      const windows = places.map((place, index) => place.open(index % 2 === 0 ? "read" : "read-write"));
      expect(context.link.windows.live.size).toBe(count);
      expect(await context.move("h2c", places[0]!.logical, pieces * unit)).toEqual(done);
      for (const index of [0, count - 1, 7]) windows[index]!.close();
      for (const index of [0, 7]) await expectRefused(context, "read", 0xa_0000 + index * unit, unit);
      expect(await context.move("h2c", places[1]!.logical, 6 * unit)).toEqual(done);
      expect(await context.move("h2c", places[count - 2]!.logical, unit)).toEqual(done);
      for (const window of windows.reverse()) window.close();
      expect(context.link.windows.live.size).toBe(0);
      await expectRefused(context, "read", 0xa_0000 + unit, unit);
    },
  },
  ...directions.map(
    (direction): ContractTest => ({
      name: `after a window is closed in the middle of a transfer no ${direction} is served in it`,
      unless: [isUnchecked],
      async run(context) {
        const length = 16_384;
        await context.load(pattern(length, 8));
        const place = context.place(0x10_8000, length);
        place.bytes.fill(0);
        const window = place.open(direction);
        context.start(channelOf[direction], place.logical, length);
        // One wait is parked, so that a crossing is out, when another ends and the window is closed.
        const rest = context.link.idle(context.moving(length));
        await context.link.idle(context.cycles(8));
        window.close();
        const atClose = Uint8Array.from(place.bytes);
        await rest;
        const outcome = await context.finish(channelOf[direction], length);
        expectBytes(place.bytes, atClose);
        // On wall time the transfer may have been over.
        if (!context.isStepped) return;
        expect(outcome).toMatchObject({ status: "error" });
        const { windows } = context.link.traits;
        const faults = context.events.filter((event) => event.kind === "fault");
        expect(faults.length > 0).toBe(windows !== "unchecked" && windows.reportsFaults);
        expect(faults.every((fault) => fault.direction === direction)).toBe(true);
      },
    }),
  ),
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
