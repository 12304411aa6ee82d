import { expect, test } from "vitest";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { RegisterFile } from "../../src/driver/register-file.ts";
import { encodeDescriptor } from "../../src/driver/ring.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import { CardMemory } from "../soak/card.ts";

const BASE = 0x1000_0000n;
const ENTRIES = 65_536;
const RING_BYTES = ENTRIES * 16;

// The soak has rings of 1,024 entries at most: the bits of an index above that are tried here.
test("a ring of 65,536 entries is gone through, and turns", async () => {
  const settings = { engine: "wasm" } as const;
  const banks = [{ base: Number(BASE), bytes: 2 ** 22 }];
  const options = { seed: 1n, cacheDirectory: ".hilt/cache", log: silentLog, banks };
  await using link = await openSimulator("large ring", settings, options);
  const lengthBytes = RING_BYTES + ENTRIES;
  const region = { logical: logicalAddress(BASE), physical: physicalAddress(BASE), lengthBytes };
  link.windows.open({ ...region, access: "read", use: "shared" });
  const memory = link.memory.view(physicalAddress(BASE), lengthBytes);
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  // Byte for byte, so that each descriptor has a place of its own.
  const bytes = new Random(7n).bytes(ENTRIES);
  memory.set(bytes, RING_BYTES);
  for (let slot = 0; slot < ENTRIES; slot++)
    encodeDescriptor(view, 16 * slot, "compact", {
      hostAddress: logicalAddress(BASE + BigInt(RING_BYTES + slot)),
      ...{ cardAddress: slot, lengthBytes: 1, interrupt: false, end: true, tag: 0 },
    });
  const { global, h2c } = new RegisterFile(link);
  global.write("CONTROL", 1);
  h2c.write("RING_BASE_LOW", Number(BASE));
  h2c.write("RING_CONTROL", (16 << 8) | 3);
  const until = async (head: number): Promise<void> => {
    h2c.write("RING_TAIL", head);
    for (let look = 0; look < 1000 && (await h2c.read("RING_HEAD")) !== head; look++) await link.idle(5000);
    expect([await h2c.read("RING_HEAD"), await h2c.read("ERROR")]).toEqual([head, 0]);
  };
  await until(ENTRIES - 1);
  const card = new CardMemory(link.simulation);
  const found = card.read(0, ENTRIES).subarray(0, ENTRIES - 1);
  expect(Buffer.compare(found, bytes.subarray(0, ENTRIES - 1))).toBe(0);
  memory[RING_BYTES] = 0xff & ~(bytes[0] as number);
  await until(2);
  expect(await h2c.read("COMPLETED")).toBe(ENTRIES + 2);
  expect([card.read(ENTRIES - 16, 16)[15], card.read(0, 16)[0]]).toEqual([
    bytes[ENTRIES - 1],
    memory[RING_BYTES],
  ]);
});
