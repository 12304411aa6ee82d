import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { LinkLostError } from "../../src/bus/errors.ts";
import type { LinkEvent } from "../../src/bus/event.ts";
import type { Link } from "../../src/bus/link.ts";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { openLink } from "../../src/links/registry.ts";
import { SlotConnection } from "../../src/links/slot/slot-connection.ts";
import { SlotControl } from "../../src/links/slot/slot-control.ts";
import type { SlotTarget } from "../../src/links/slot/slot-traits.ts";
import type { RunningSlot } from "../../src/links/slot/start-slot.ts";
import { VfioUserDevice } from "../../src/links/slot/vfio-user-device.ts";
import { MAGIC } from "../../src/spec/registers.ts";
import { ControlCode } from "../../src/wire/control-message.ts";
import {
  ContractContext,
  done,
  expectBytes,
  pattern,
  TEST_CAUSE,
} from "../contract/suite/contract-context.ts";
import { AT, ringer } from "./foreign/ringer.ts";
import { slotFor } from "./slot/slots.ts";

const options = { seed: 1n, log: silentLog };
const STALL_MS = 10_000;
const COMMAND = 4;

interface Opened extends AsyncDisposable {
  readonly slot: RunningSlot;
  readonly connection: SlotConnection;
}

async function openSlot(settings: SlotTarget = {}): Promise<Opened> {
  const slot = await slotFor("stepped", settings);
  const connection = new SlotConnection({
    ...{ name: "slot", settings, slot, stallMs: STALL_MS, patterns: undefined },
  });
  return { slot, connection, [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() };
}

describe("a slot with our own controller", async () => {
  const own = await openSlot({});
  afterAll(() => own[Symbol.asyncDispose]());
  const context = (): Promise<ContractContext> =>
    ContractContext.open({ open: () => own.connection.fresh(options) });

  test("every access of the link is one of 32 bits in the slot, and the counter sees others", async () => {
    using control = new SlotControl("slot", own.slot.control, STALL_MS);
    const used = await context();
    await used.load(pattern(300, 1));
    expectBytes(await used.unload(300), pattern(300, 1));
    const before = control.counts();
    expect(before.odd).toBe(0);
    await used.link.perform([
      { kind: "write", address: 0x18, value: 1 },
      { kind: "read", address: 0x18 },
      { kind: "read", address: 0 },
    ]);
    const after = control.counts();
    expect([after.reads - before.reads, after.writes - before.writes, after.odd]).toEqual([2, 1, 0]);
    await used.dispose();
  });

  test("the same calls give the same cycles and events as in the harness in this process", async () => {
    const [inSlot, inProcess] = await Promise.all([
      scenario(await own.connection.fresh(options)),
      scenario(await openLink("wasm", { link: "simulator", engine: "wasm", interrupts: "message" }, own0)),
    ]);
    expect(inSlot.length).toBeGreaterThan(100);
    expect(inSlot).toEqual(inProcess);
  });
});

test("a card that is pulled in the middle of a transfer writes no more and sends no message", async () => {
  await using own = await openSlot();
  using control = new SlotControl("slot", own.slot.control, STALL_MS);
  const context = await ContractContext.open({ open: () => own.connection.fresh(options) });
  const length = 32_768;
  const place = context.place(0x10_0000, length);
  place.open("read-write");
  place.bytes.fill(0xee);
  context.start("c2h", place.logical, length, 0, 0xffff_ffff);
  await context.link.idle(500);
  const moved = place.bytes.indexOf(0xee);
  expect(moved, "it is in the middle").toBeGreaterThan(0);
  control.pull();
  place.bytes.fill(0xee);
  expect(await context.interrupt.wait(10_000)).toBe(false);
  expect(place.bytes.every((byte) => byte === 0xee)).toBe(true);
});

const own0 = { ...options, cacheDirectory: ".hilt/cache" };

/** Transfers, waits and idles by chance; everything that is seen of them. */
async function scenario(link: Link): Promise<unknown[]> {
  const context = await ContractContext.open({ open: async () => link });
  const random = new Random(7n);
  const seen: unknown[] = [];
  const events: LinkEvent[] = [];
  link.onEvent((event) => events.push(event), { bytes: true });
  for (let round = 0; round < 12; round++) {
    const [offset, length] = [random.integer(0, 8191), random.integer(1, 700)];
    const place = context.place(offset, length);
    place.bytes.set(pattern(length, round));
    const window = place.open("read-write");
    const channel = round % 2 === 0 ? "h2c" : "c2h";
    context.start(channel, place.logical, length, 0, 0x300 + TEST_CAUSE);
    if (round % 3 === 0) await link.idle(random.integer(0, 200));
    context.raise();
    seen.push(await context.interrupt.wait(context.patience(length)), link.clock.cycle);
    context.clear();
    seen.push(
      await context.finish(channel, length),
      link.clock.cycle,
      Buffer.from(place.bytes).toString("hex"),
    );
    window.close();
  }
  await context.dispose();
  return [...seen, ...events];
}

describe("a slot that is driven by hand", async () => {
  const slot = await slotFor("stepped", {
    function: { vendorId: 0x10ee, barBits: 32, barBytes: 16_384, interrupts: "msi-x" },
  });
  const control = new SlotControl("slot", slot.control, STALL_MS);
  const refused: unknown[] = [];
  const device = new VfioUserDevice("slot", slot.socket, {
    limitMs: STALL_MS,
    onRefusedMapping: (iova, error) => refused.push([iova, error.errno]),
  });
  afterAll(async () => {
    await device[Symbol.asyncDispose]();
    control[Symbol.dispose]();
    await slot[Symbol.asyncDispose]();
  });
  const bar = device.bars.get(0)!;
  const enable = (bits: number): void => device.config.write(COMMAND, 16, bits);

  test("is what its settings say: identity, BAR, MSI-X with a table in the BAR's last page", () => {
    expect(device.config.read(0, 16)).toBe(0x10ee);
    expect([...device.bars.keys()]).toEqual([0]);
    expect(bar.lengthBytes).toBe(16_384);
    device.config.write(0x10, 32, 0xffff_ffff);
    expect(device.config.read(0x10, 32)).toBe(0xffff_c000);
    expect(device.interrupts.vectors).toBe(1);
    expect([device.config.read(0xa0, 8), device.config.read(0xa4, 32)]).toEqual([0x11, 16_384 - 4096]);
    enable(6);
    bar.write(16_384 - 4096, 32, 0xfee0_0000);
    expect(bar.read(16_384 - 4096, 32)).toBe(0xfee0_0000);
    expect(control.counts(), "the table is no register").toEqual({ reads: 0, writes: 0, odd: 0 });
  });

  test("accesses that are not one of 32 bits are counted", () => {
    enable(6);
    expect(bar.read(0, 32)).toBe(MAGIC);
    expect(bar.read(0, 8)).toBe(MAGIC & 0xff);
    expect(bar.read(2, 16)).toBe(MAGIC >>> 16);
    bar.write64(0x18, 0x0000_0000_1234_5678n);
    expect(bar.read(0x18, 32)).toBe(0x1234_5678);
    expect(control.counts().odd).toBe(3);
    expect(() => bar.read(1, 32)).toThrow(RangeError);
    expect(() => bar.read(16_384, 32)).toThrow(RangeError);
  });

  test("an access of configuration space does not overtake what was posted", () => {
    const unanswered = (): number => {
      // So that no cycle passes, and nothing is done by the request itself.
      const state = control.request(ControlCode.finish, Buffer.alloc(4));
      return state.readUInt32LE(state.length - 4);
    };
    enable(6);
    bar.read(0, 32);
    const post = (): void => {
      for (let value = 0; value < 50; value++) bar.write(0x18, 32, value);
    };
    post();
    expect(unanswered()).toBe(50);
    device.config.read(0, 16);
    expect(unanswered(), "after a read").toBe(0);
    post();
    enable(6);
    expect(unanswered(), "after a write").toBe(0);
  });

  test("a message comes for each rise, and none without the bus-master bit or before it is enabled", () => {
    const raise = (): number => {
      bar.write(0x28, 32, 1);
      bar.read(0, 32);
      bar.write(0x20, 32, TEST_CAUSE);
      bar.read(0, 32);
      return device.interrupts.take(0);
    };
    enable(6);
    bar.write(0x24, 32, TEST_CAUSE);
    expect(raise(), "no vector is enabled").toBe(0);
    device.interrupts.enable(1);
    expect(raise()).toBe(1);
    expect(raise()).toBe(1);
    enable(2);
    expect(raise(), "is no bus master").toBe(0);
    enable(6);
    expect(raise()).toBe(1);
    device.interrupts.enable(0);
    expect(raise(), "is disabled").toBe(0);
    device.interrupts.enable(1);
    device.reset();
    expect(device.config.read(COMMAND, 16)).toBe(0);
    enable(6);
    expect(bar.read(0x24, 32), "after a reset").toBe(0);
  });

  test.each([
    ["a rise", 2, { hasRisen: true, isDone: false }],
    ["a rise and the end of what was posted, in one request", 8, { hasRisen: true, isDone: true }],
  ])("a run ends with %s", (_what, stops, expected) => {
    enable(6);
    bar.write(0x24, 32, TEST_CAUSE);
    bar.write(0x20, 32, 0xffff_ffff);
    bar.read(0, 32);
    const now = control.request(ControlCode.finish, Buffer.alloc(4));
    const limit = now.readBigUInt64LE(0) + 10_000n;
    bar.write(0x28, 32, 1);
    for (let value = 0; value < 50; value++) bar.write(0x18, 32, value);
    const run = Buffer.alloc(16);
    run.writeBigUInt64LE(limit);
    run.writeUInt32LE(stops, 8);
    now.copy(run, 12, 12, 16);
    const then = control.request(ControlCode.runUntil, run);
    const found = {
      hasRisen: then.readUInt32LE(12) !== now.readUInt32LE(12),
      isDone: then.readUInt32LE(16) === 0,
    };
    expect(found).toEqual(expected);
    expect(then.readBigUInt64LE(0)).toBeLessThan(limit);
    bar.write(0x20, 32, 0xffff_ffff);
    bar.read(0, 32);
  });

  test("a mapping that the slot refuses is heard of with a later request", () => {
    using memory = device.dma.allocate(8192);
    device.dma.map(memory, 0, 4096, 0x1000n, "read");
    device.dma.map(memory, 4096, 4096, 0x1000n, "read");
    device.dma.map(memory, 8192, 4096, 0x2000n, "read");
    device.config.read(0, 16);
    expect(refused).toEqual([
      [0x1000n, 17],
      [0x2000n, 22],
    ]);
  });
});

test("a device with several interrupts: each line has a vector, and its messages meet its own waits alone", async () => {
  await using opened = await openSlot({ device: ringer(3) });
  await using link = await opened.connection.fresh(options);
  expect(link.traits.vectors).toBe(3);
  const events: LinkEvent[] = [];
  link.onEvent((event) => events.push(event));
  const listeners = [0, 1, 2].map((vector) => link.listen({ vector }));
  link.writeRegister(AT.raise, 0b100);
  expect(await listeners[2]!.wait(1000)).toBe(true);
  expect(await listeners[0]!.wait(50)).toBe(false);
  link.writeRegister(AT.pulse, 0b011);
  expect(await listeners[1]!.wait(1000)).toBe(true);
  expect(await listeners[0]!.wait(0)).toBe(true);
  expect(await listeners[2]!.wait(50), "it stays high").toBe(false);
  const rises = events.flatMap((event) =>
    event.kind === "interrupt" && event.asserted ? [event.vector] : [],
  );
  expect(rises.sort()).toEqual([0, 1, 2]);
  expect(() => link.listen({ vector: 3 })).toThrow("3 interrupts");
});

test("a device that never answers its register port is reported by the access, and ends its link for good", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hilt-mute-ü-"));
  const { binding, files } = ringer(1);
  const verilog = readFileSync(files[0] as string, "utf8");
  const mute = join(folder, "mute.v");
  writeFileSync(mute, verilog.replace(/wire (write|read) +=.*;/g, "wire $1 = 1'b0;"));
  await using opened = await openSlot({ device: { binding, files: [mute] } });
  const ended: Record<string, (link: Link) => Promise<unknown>> = {
    "read of register 0x0004: no answer in 10000 cycles": (link) => link.readRegister(AT.word),
    "write of register 0x0000: no answer in 10000 cycles": (link) => {
      link.writeRegister(AT.to, 1);
      return link.idle(1);
    },
    // More than the device's port takes before it answers one.
    "write of register 0x0008: no answer in 10000 cycles": (link) => {
      for (let count = 0; count < 300; count++) link.writeRegister(8, count);
      return link.idle(1);
    },
  };
  for (const [message, access] of Object.entries(ended)) {
    await using link = await opened.connection.fresh(options);
    const wait = link
      .listen()
      .wait(1_000_000)
      .catch((error: unknown) => error);
    const error = await access(link).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "E_NO_ANSWER", blame: "product", message: `slot: ${message}` });
    expect(await wait, "parked").toBe(error);
    await expect(link.perform([])).rejects.toBe(error);
  }
  rmSync(folder, { recursive: true });
});

test("a slot that is gone ends its link for good, and its connection; the next connection is whole", async () => {
  const first = await openSlot();
  const context = await ContractContext.open({ open: () => first.connection.fresh(options) });
  await context.load(pattern(64, 1));
  const parked = context.link.idle(Number.MAX_SAFE_INTEGER).catch((error: unknown) => error);
  process.kill(first.slot.pid, "SIGKILL");
  const error = await parked;
  expect(error).toBeInstanceOf(LinkLostError);
  await expect(context.link.readRegister(0)).rejects.toBe(error);
  // No fault of the window's, nor of the device's.
  expect(() => context.place(0, 64).open("read")).toThrow(expect.objectContaining({ blame: "link" }));
  await context.dispose();
  await expect(first.connection.fresh(options)).rejects.toMatchObject({ code: "E_LINK_LOST", blame: "link" });
  await first[Symbol.asyncDispose]();
  await using second = await openSlot();
  const next = await ContractContext.open({ open: () => second.connection.fresh(options) });
  await next.load(pattern(64, 2));
  expectBytes(await next.unload(64), pattern(64, 2));
  await next.dispose();
});

test.each(["strict", "both"] as const)("page rights %s, as a card has them", async (pageRights) => {
  await using opened = await openSlot({ pageRights });
  const context = await ContractContext.open({ open: () => opened.connection.fresh(options) });
  const place = context.place(0, 64);
  const window = place.open("read");
  expect(await context.move("c2h", place.logical, 64)).toMatchObject(
    pageRights === "both" ? done : { status: "error", residue: 64 },
  );
  if (pageRights === "both") place.open("write");
  else expect(() => place.open("write")).toThrow("cannot be given other rights");
  window.close();
  await context.dispose();
});
