import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { physicalAddress } from "../../../src/core/address.ts";
import { Random } from "../../../src/core/random.ts";
import { HostMemory } from "../../../src/memory/host-memory.ts";
import { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { platformProfiles, profileFault } from "../../../src/memory/platform-profile.ts";
import type { Out } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem, type DmaSystemParts } from "../../../src/wdm/dma-system.ts";
import { LogicalPages } from "../../../src/wdm/logical-pages.ts";
import { chainOf, Driver } from "./driver.ts";
import { createHost } from "./host.ts";
import { RecordingWindows } from "./recording-windows.ts";

const BANK = 1 << 20;

function hostWith(parts: Partial<DmaSystemParts>) {
  const banks = [0x1000_0000n, 0x1_8000_0000n].map((base, index) => {
    return { base: physicalAddress(base), lengthBytes: BANK, offset: index * BANK };
  });
  const memory = new PhysicalMemory(new Uint8Array(2 * BANK), banks);
  const host = new HostMemory(memory, new Random(3n));
  const windows = new RecordingWindows();
  return { memory, host, windows, system: new DmaSystem({ host, windows, mapRegisters: 64, ...parts }) };
}

/** What a device reads through the windows at the addresses of a list. */
function deviceReads(driver: Driver, elements: readonly { address: bigint; length: number }[]): number[] {
  const { memory, windows } = driver.host;
  return elements.flatMap(({ address, length }) => {
    const window = [...windows.live].find((one) => one.logical === address);
    return window === undefined ? [] : [...memory.view(window.physical, length)];
  });
}

describe("logical addresses that are not physical", () => {
  const { host } = createHost();
  const pages = new LogicalPages(host.physical.banks, new Random(1n));
  const frames = host.physical.banks.flatMap(({ base, lengthBytes }) =>
    Array.from({ length: lengthBytes / 4096 }, (_, page) => Number(base) / 4096 + page),
  );

  test("each page has one of its own, twice, and none is a page of memory", () => {
    const seen = frames.flatMap((frame) => [pages.scattered(frame), pages.inOrder(frame)]);
    expect(new Set(seen).size).toBe(2 * frames.length);
    expect(seen.filter((frame) => host.physical.holds(frame * 4096, 1))).toEqual([]);
    // After the bank, and after the shuffled ones.
    expect(pages.inOrder(frames[0] as number)).toBe((frames[0] as number) + 2 * 256);
    expect(Math.min(...frames.slice(0, 256).map((frame) => pages.scattered(frame)))).toBe(
      (frames[0] as number) + 256,
    );
    expect([pages.scattered(5), pages.inOrder(5)]).toEqual([5, 5]);
    for (const frame of frames.slice(0, 255)) expect(pages.inOrder(frame + 1)).toBe(pages.inOrder(frame) + 1);
    const neighbours = frames
      .slice(0, 255)
      .filter((frame) => pages.scattered(frame + 1) === pages.scattered(frame) + 1);
    expect(neighbours.length).toBeLessThan(20);
  });

  test.each([
    [64, true],
    [64, false],
    [32, true],
    [32, false],
  ])(
    "with %d bits, scatter/gather %s, a device sees the buffer at them, and nowhere at a physical address",
    (dmaAddressWidth, scatterGather) => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.nat(4095), fc.boolean()), {
            minLength: 1,
            maxLength: 3,
          }),
          (parts) => {
            const driver = new Driver(hostWith({ logicalOrder: new Random(2n) }), {
              dmaAddressWidth,
              scatterGather,
            });
            const { host, memory } = driver.host;
            const buffers = parts.map(([lengthBytes, offset, contiguous]) =>
              host.allocate({ lengthBytes, offset, contiguous }),
            );
            for (const [index, buffer] of buffers.entries())
              buffer.write(Uint8Array.from({ length: buffer.lengthBytes }, (_, at) => at * 7 + index));
            const mdl = chainOf(buffers);
            const length = buffers.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
            const info = { version: 1, scatterGatherElementCount: 0 };
            driver.operations.getDmaTransferInfo(driver.adapter, mdl, 0, length, true, info);
            const list = driver.listNow(mdl, { length });
            expect(list.numberOfElements).toBeLessThanOrEqual(info.scatterGatherElementCount);
            if (!scatterGather) expect(list.numberOfElements).toBe(buffers.length);
            expect(deviceReads(driver, list.elements)).toEqual(
              buffers.flatMap((buffer) => [...buffer.read()]),
            );
            for (const { address } of list.elements) expect(memory.holds(Number(address), 1)).toBe(false);
            // The device's own bytes come back as an MDL, by physical pages.
            const out: Out<typeof mdl> = { value: undefined };
            driver.operations.buildMdlFromScatterGatherList(driver.adapter, list, mdl, out);
            driver.put(list);
            expect(driver.findings).toEqual([]);
          },
        ),
        { numRuns: 30 },
      );
    },
  );

  test("pages side by side are apart for a device with scatter/gather, and in one piece without it", () => {
    const count = (scatterGather: boolean): number => {
      const driver = new Driver(hostWith({ logicalOrder: new Random(2n) }), { scatterGather });
      const buffer = driver.host.host.allocate({ lengthBytes: 8 * 4096, offset: 0, contiguous: true });
      return driver.listNow(buffer).numberOfElements;
    };
    expect(count(true)).toBeGreaterThan(4);
    expect(count(false)).toBe(1);
  });

  test("common buffers are in one piece", () => {
    const driver = new Driver(hostWith({ logicalOrder: new Random(2n) }));
    const address: Out<never> = { value: undefined };
    const bytes = driver.operations.allocateCommonBuffer(driver.adapter, 20_000, address, true);
    const [window] = driver.host.windows.live;
    expect(window).toMatchObject({ logical: address.value, lengthBytes: 20_000 });
    bytes?.fill(9);
    expect(driver.host.memory.view((window as NonNullable<typeof window>).physical, 20_000)).toEqual(
      new Uint8Array(20_000).fill(9),
    );
    expect(driver.host.memory.holds(Number(address.value), 1)).toBe(false);
  });

  test("a stray access of a physical address is explained as one", () => {
    const driver = new Driver(hostWith({ logicalOrder: new Random(2n) }));
    const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
    const list = driver.listNow(mdl);
    const address = BigInt((mdl.pageFrameNumbers[0] as number) * 4096);
    expect(driver.host.system.explain(address, "read")).toMatch(/physical address/);
    expect(driver.host.system.explain(list.elements[0]?.address as bigint, "write")).toMatch(
      /mapped for it to read alone/,
    );
    driver.put(list);
    expect(driver.host.system.explain(list.elements[0]?.address as bigint, "read")).toMatch(
      /was mapped and given back: 64 bytes .*, given back at .*driver\.ts/,
    );
    expect(driver.host.system.explain(0x5000n, "read")).toBeUndefined();
  });
});

describe("a platform that bounces everything", () => {
  test("a buffer that is read before Put, or written after the map, has the wrong bytes", () => {
    const driver = new Driver(hostWith({ bouncesAll: true }));
    const buffer = driver.host.host.allocate({ lengthBytes: 5000 });
    buffer.write(new Uint8Array(5000).fill(1));
    const read = driver.listNow(buffer);
    buffer.write(new Uint8Array(5000).fill(2));
    expect(deviceReads(driver, read.elements)).toEqual(Array.from({ length: 5000 }, () => 1));
    driver.put(read);
    const written = driver.listNow(buffer, { write: false });
    for (const { physical, lengthBytes } of driver.host.windows.live)
      driver.host.memory.view(physical, lengthBytes).fill(3);
    expect(buffer.read()).toEqual(new Uint8Array(5000).fill(2));
    driver.put(written, false);
    expect(buffer.read()).toEqual(new Uint8Array(5000).fill(3));
    expect(driver.findings).toEqual([]);
  });
});

test("profiles of every project have no fault, and banks that leave no room for shuffled addresses have one", () => {
  for (const profile of Object.values(platformProfiles)) expect(profileFault(profile)).toBeUndefined();
  const profile = platformProfiles["logical-is-not-physical"] as NonNullable<
    (typeof platformProfiles)[string]
  >;
  expect(profileFault({ ...profile, banks: [{ base: 0x1000_0000, bytes: 6 << 20 }] })).toMatch(
    /^banks\[0\]: 6291456 bytes; for shuffled/,
  );
  expect(profileFault({ ...profile, banks: [{ base: 0x1080_0000, bytes: 4 << 20 }] })).toMatch(
    /^banks\[0\]: /,
  );
});
