import { expect } from "vitest";
import { type Channel, done, expectBytes, pattern } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { isUnchecked, keepsFirstRights } from "./exemptions.ts";
import { channelOf, directions, expectRefused, unitOf } from "./refusals.ts";

export const closingTests: readonly ContractTest[] = [
  ...directions.map(
    (direction): ContractTest => ({
      name: `closing a window leaves another on the same unit open, for ${direction}s`,
      unless: [isUnchecked, keepsFirstRights],
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
      // Nor what has been opened at its place since.
      const later = first.open("read-write");
      windows[0]!.close();
      again.close();
      expect(await context.move("h2c", first.logical, unit)).toEqual(done);
      later.close();
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
        const kept = pattern(length, 8);
        await context.load(kept);
        const place = context.place(0x10_8000, length);
        place.bytes.fill(0);
        const window = place.open(direction);
        context.start(channelOf[direction], place.logical, length);
        // One wait is parked, so that a crossing is out, when another ends and the window is closed.
        const rest = context.link.idle(context.moving(length));
        await context.link.idle(context.cycles(8));
        window.close();
        // They are the host's again.
        place.bytes.fill(0xff);
        await rest;
        const outcome = await context.finish(channelOf[direction], length);
        expectBytes(place.bytes, new Uint8Array(length).fill(0xff));
        const faults = context.events.filter((event) => event.kind === "fault");
        const card = await context.unload(length);
        const late = card.findIndex((byte, at) => byte !== 0 && byte !== kept[at]);
        expect(late, "the first byte on the card that the host wrote after the close").toBe(-1);
        // On wall time the transfer may have been over.
        if (!context.isStepped) return;
        const { windows } = context.link.traits;
        expect(faults.length > 0).toBe(windows !== "unchecked" && windows.reportsFaults);
        // A device that has a copy of the memory is not held up, and the host hears of what it did there.
        if (faults.length === 0) expect(outcome).toMatchObject({ status: "error" });
        expect(faults.every((fault) => fault.direction === direction)).toBe(true);
      },
    }),
  ),
];
