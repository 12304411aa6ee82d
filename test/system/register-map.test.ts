import { describe, expect, test } from "vitest";
import type { Link } from "../../src/bus/link.ts";
import { physicalAddress } from "../../src/core/address.ts";
import { RegisterFile } from "../../src/driver/register-file.ts";
import {
  channelBlock,
  globalBlock,
  MAGIC,
  REGISTER_SPACE_BYTES,
  type Register,
  VERSION,
} from "../../src/spec/registers.ts";
import { type Build, builds, openBuild } from "./builds.ts";

const registers = [globalBlock, channelBlock].flatMap((block) =>
  Object.entries(block.instances).flatMap(([instance, base]) =>
    (block.registers as readonly Register[]).map((register) => ({ ...register, instance, base })),
  ),
);

/** Values that only a build knows. */
function fixedBy(build: Build): Readonly<Record<string, number>> {
  const { RINGS, COMPACT, COMPLETIONS, COALESCING, ADDR_W, DATA_W } = build;
  const ring = (feature: number, bit: number): number => (RINGS & feature) << bit;
  return {
    MAGIC,
    VERSION,
    BUILD_HASH: 0,
    FEATURES:
      ring(1, 1) |
      (ring(COMPACT, 2) | ring(COMPLETIONS, 3) | ring(COALESCING, 4)) |
      (0b1_1010_0001 | (ADDR_W > 32 ? 1 << 6 : 0)),
    LIMITS:
      Math.log2(DATA_W / 8) |
      (build.BURST_BYTES_LOG2 << 4) |
      (build.OUTSTANDING << 8) |
      ((RINGS === 1 ? build.RING_ENTRIES_LOG2 : 0) << 16) |
      (ADDR_W << 24),
    CARD_MEMORY_BYTES: 2 ** build.CARD_BYTES_LOG2,
  };
}

/** Bits that keep what is written while nothing is at work; every other bit of an `rw` register reads 0. */
function kept(build: Build): Readonly<Record<string, number>> {
  const { RINGS, COMPACT, COMPLETIONS, COALESCING, ADDR_W } = build;
  const all = 0xffff_ffff;
  // The upper half of an address that is too long is kept where the build checks it (HOST_RANGE).
  const high = ADDR_W > 32 ? all : 0;
  const ringHigh = ADDR_W > 32 ? 2 ** (ADDR_W - 32) - 1 : 0;
  const records = RINGS & COMPLETIONS;
  return {
    SCRATCH: all,
    CONTROL: 1,
    IRQ_ENABLE: all,
    HOST_ADDRESS_LOW: all,
    HOST_ADDRESS_HIGH: high,
    CARD_ADDRESS: all,
    LENGTH: all,
    // A size beyond LIMITS: ENABLE stays 0.
    RING_CONTROL: RINGS * (0x1f00 | (COMPACT << 1) | (COMPLETIONS << 2)),
    RING_BASE_LOW: RINGS * (COMPACT === 1 ? 0xffff_fff0 : 0xffff_ffe0),
    RING_BASE_HIGH: RINGS * ringHigh,
    RING_TAIL: 0,
    COMPLETION_BASE_LOW: records * 0xffff_fff0,
    COMPLETION_BASE_HIGH: records * ringHigh,
    COALESCE: (RINGS & COALESCING) * 0xffff_00ff,
  };
}

async function readAll(link: Link): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { instance, base, name, offset } of registers) {
    found[`${instance}.${name}`] = await link.readRegister(base + offset);
  }
  return found;
}

function expected(pick: (register: Register) => number): Record<string, number> {
  return Object.fromEntries(registers.map((each) => [`${each.instance}.${each.name}`, pick(each)]));
}

/** Everything but what does something: commands, and CONTROL.RESET. */
function writeAll(link: Link, value: number): void {
  for (const { base, name, offset } of registers) {
    if (name === "COMMAND" || name === "IRQ_TEST") continue;
    link.writeRegister(base + offset, name === "CONTROL" ? value & 1 : value);
  }
}

describe.each(Object.entries(builds))("the registers of the build: %s", (_name, build) => {
  test("reset, access and width of each are as the map says; what is left out reads 0", async () => {
    await using link = await openBuild(build);
    const fixed = fixedBy(build);
    const writable = kept(build);
    const read = (): Promise<Record<string, number>> => readAll(link);
    const atReset = ({ name, reset }: Register): number => fixed[name] ?? reset ?? 0;
    expect(await read()).toEqual(expected(atReset));
    expect(await read()).toEqual(expected(atReset));
    writeAll(link, 0xffff_ffff);
    const written = expected((each) =>
      each.access === "rw" ? (writable[each.name] as number) : atReset(each),
    );
    expect(await read()).toEqual(written);
    writeAll(link, 0);
    expect(await read()).toEqual(expected(atReset));
    // A reset takes everything back.
    writeAll(link, 0xffff_ffff);
    link.writeRegister(0x1c, 2);
    expect(await read()).toEqual(expected(atReset));
    // Between the registers there is nothing, behind the map an error.
    for (const hole of [0x2c, 0x0fc, 0x12c, 0x260, 0x300, REGISTER_SPACE_BYTES - 4]) {
      link.writeRegister(hole, 0xffff_ffff);
      expect([hole, await link.readRegister(hole)]).toEqual([hole, 0]);
    }
    await expect(link.readRegister(REGISTER_SPACE_BYTES)).rejects.toThrow(/SLVERR/);
    expect(await read()).toEqual(expected(atReset));
  });
});

test("a base keeps bit 4 only for compact descriptors", async () => {
  await using link = await openBuild(builds["whole"] as Build);
  const { h2c } = new RegisterFile(link);
  h2c.write("RING_BASE_LOW", 0xffff_ffff);
  expect(await h2c.read("RING_BASE_LOW")).toBe(0xffff_ffe0);
  h2c.write("RING_CONTROL", 2);
  expect(await h2c.read("RING_BASE_LOW")).toBe(0xffff_fff0);
});

test.each([0, 1])(
  "an interrupt cause that is disabled (%i) shows in IRQ_STATUS and not on the line",
  async (enable) => {
    await using link = await openBuild(builds["whole"] as Build);
    const { global } = new RegisterFile(link);
    global.write("IRQ_ENABLE", enable * 0x8000_0000);
    global.write("IRQ_TEST", 1);
    expect(await global.read("IRQ_STATUS")).toBe(0x8000_0000);
    expect(link.simulation.port("irq").read()).toBe(enable);
    global.write("SCRATCH", 0xffff_ffff);
    global.write("IRQ_STATUS", 0x7fff_ffff);
    expect(await global.read("IRQ_STATUS")).toBe(0x8000_0000);
    global.write("IRQ_STATUS", 0x8000_0000);
    expect(await global.read("IRQ_STATUS")).toBe(0);
  },
);

test.each([
  ["read", "h2c", "DECERR", 3, 5 * 8],
  ["write", "c2h", "SLVERR", 2, 0],
] as const)(
  "an error of the sixth %s beat is reported with its place",
  async (way, id, response, kind, at) => {
    await using link = await openBuild(builds["whole"] as Build);
    const base = 0x1000_0000n;
    const physical = physicalAddress(base);
    link.windows.open({ logical: base as never, physical, lengthBytes: 4096, access: way, use: "mapped" });
    link.errors.afterBeats(5, way, response);
    const { global, [id]: channel } = new RegisterFile(link);
    global.write("CONTROL", 1);
    channel.write("HOST_ADDRESS_LOW", Number(base));
    channel.write("LENGTH", 1000);
    channel.write("COMMAND", 1);
    await link.idle(400);
    expect(await channel.read("STATUS")).toBe(4);
    expect((await channel.read("ERROR")) & 0x7f).toBe(kind | (way === "write" ? 0x40 : 0));
    expect(await channel.read("ERROR_ADDRESS_LOW")).toBe(Number(base) + at);
    expect(await channel.read("RESIDUE")).toBe(1000 - at);
  },
);
