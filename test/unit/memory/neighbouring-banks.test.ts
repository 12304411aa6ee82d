import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { HostMemory } from "../../../src/memory/host-memory.ts";
import { layOutBanks, PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { type BankLayout, standardProfile } from "../../../src/memory/platform-profile.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { adapterOf } from "../wdm/host.ts";
import { RecordingWindows } from "../wdm/recording-windows.ts";

const PAGE = 4096;

const hostOf = (layouts: readonly BankLayout[]): HostMemory => {
  const bytes = new Uint8Array(layouts.reduce((sum, bank) => sum + bank.bytes, 0));
  const memory = new PhysicalMemory(bytes, layOutBanks(layouts));
  return new HostMemory(memory, new Random(1n), { ...standardProfile, fragmentation: "contiguous" });
};

test("banks that are neighbours are one piece of memory, in whatever order a profile has them", async () => {
  const host = hostOf([
    { base: 2 * PAGE, bytes: 2 * PAGE },
    { base: 0, bytes: 2 * PAGE },
  ]);
  const buffer = host.allocate({ lengthBytes: 4 * PAGE - 7, offset: 7, contiguous: true });
  const bytes = new Random(2n).bytes(buffer.lengthBytes);
  buffer.write(bytes);
  expect(buffer.read()).toEqual(bytes);
  expect(Buffer.compare(host.physical.bytes.subarray(7), bytes)).toBe(0);
  const system = new DmaSystem({ host, windows: new RecordingWindows() });
  const { elements } = await adapterOf(system).map(buffer.mdl, { writeToDevice: true });
  expect(elements).toMatchObject([{ address: 7n, length: 4 * PAGE - 7 }]);
});

test("banks with a page between them are two pieces", () => {
  const host = hostOf([
    { base: 0, bytes: 2 * PAGE },
    { base: 3 * PAGE, bytes: 2 * PAGE },
  ]);
  expect(host.physical.banks).toHaveLength(2);
  expect(() => host.allocate({ lengthBytes: 3 * PAGE, contiguous: true })).toThrow(/not side by side/);
});
