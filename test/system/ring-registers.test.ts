import { expect, test } from "vitest";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { RegisterFile } from "../../src/driver/register-file.ts";
import { encodeDescriptor } from "../../src/driver/ring.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import { channelBlock, globalBlock, type Register } from "../../src/spec/registers.ts";
import { type Build, builds, openBuild } from "./builds.ts";

const BASE = 0x1_8000_0000n;
const RING = 0x3fe0;
const BUS_MASTER = 1;
const RESET = 2;
const ENABLE = 1;
/** Of 16 entries. */
const ENTRIES = 4 << 8;

/** A ring of 16 entries: of `good` descriptors of 8 bytes, and one whose host address is outside every window. */
async function withRing(link: SimulatorLink, id: "h2c" | "c2h", good: number): Promise<RegisterFile> {
  const region = { logical: logicalAddress(BASE), physical: physicalAddress(BASE), lengthBytes: 0x8000 };
  link.windows.open({ ...region, access: "read-write", use: "shared" });
  const memory = link.memory.view(physicalAddress(BASE), 0x8000);
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  for (let slot = 0; slot <= good; slot++) {
    encodeDescriptor(view, RING + 32 * slot, "full", {
      hostAddress: slot < good ? logicalAddress(BASE + 8n * BigInt(slot)) : logicalAddress(0x9_8765_4328n),
      ...{ cardAddress: 64 * slot, lengthBytes: 8, interrupt: true, end: true, tag: 7 },
    });
  }
  const registers = new RegisterFile(link);
  registers.global.write("CONTROL", BUS_MASTER);
  registers[id].write("RING_BASE_LOW", Number(BASE & 0xffff_ffffn) + RING);
  registers[id].write("RING_BASE_HIGH", Number(BASE >> 32n));
  registers[id].write("RING_CONTROL", ENTRIES | ENABLE);
  return registers;
}

async function readAll(link: SimulatorLink): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const block of [globalBlock, channelBlock])
    for (const [instance, base] of Object.entries(block.instances))
      for (const { name, offset } of block.registers as readonly Register[])
        found[`${instance}.${name}`] = await link.readRegister(base + offset);
  return found;
}

test.each(["h2c", "c2h"] as const)(
  "of a ring of %s that halted at its fourth entry, RESET leaves nothing",
  async (id) => {
    await using link = await openBuild(builds["whole"] as Build);
    const fresh = await readAll(link);
    const { global, [id]: channel } = await withRing(link, id, 3);
    global.write("IRQ_ENABLE", 0xffff_ffff);
    channel.write("RING_TAIL", 4);
    await link.idle(400);
    expect(await channel.read("STATUS")).toBe(4);
    expect((await channel.read("ERROR")) >>> 16).toBe(3);
    expect(await channel.read("ERROR_ADDRESS_LOW")).toBe(0x8765_4328);
    expect(await channel.read("COMPLETED")).toBe(4);
    global.write("CONTROL", RESET);
    expect(await readAll(link)).toEqual(fresh);
  },
);

test.each(["h2c", "c2h"] as const)(
  "RING_CONTROL that says ENABLE again leaves a busy ring of %s on",
  async (id) => {
    await using link = await openBuild(builds["whole"] as Build, { readLatency: 60, writeLatency: 60 });
    const { [id]: channel } = await withRing(link, id, 3);
    channel.write("RING_TAIL", 3);
    await link.idle(10);
    expect((await channel.read("STATUS")) & 1).toBe(1);
    // Nothing of it changes while the channel is at work.
    channel.write("RING_CONTROL", (9 << 8) | ENABLE);
    expect(await channel.read("RING_CONTROL")).toBe(ENTRIES | ENABLE);
    await link.idle(1000);
    expect(await channel.read("COMPLETED")).toBe(3);
    expect(await channel.read("STATUS")).toBe(2);
  },
);
