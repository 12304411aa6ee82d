import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import {
  anyElements,
  type ElementLimits,
  type PlatformProfile,
  profileFault,
  standardProfile,
} from "../../../src/memory/platform-profile.ts";
import { STATUS_INSUFFICIENT_RESOURCES, STATUS_SUCCESS } from "../../../src/wdm/constants.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import type { ScatterGatherList } from "../../../src/wdm/scatter-gather.ts";
import { chainOf, Driver } from "./driver.ts";
import { createHost } from "./host.ts";

function driverWith(limits: Partial<ElementLimits>, device = {}, seed = 1n, parts = {}): Driver {
  const { memory, host, windows } = createHost(seed);
  const system = new DmaSystem({ host, windows, mapRegisters: 64, limits, ...parts });
  return new Driver({ memory, host, windows, system }, device);
}

function expectWithin(elements: ScatterGatherList["elements"], limits: ElementLimits): void {
  for (const { address, length } of elements) {
    const last = address + BigInt(length) - 1n;
    const boundary = BigInt(limits.elementBoundary);
    expect(length).toBeLessThanOrEqual(limits.elementBytes);
    expect(address / boundary).toBe(last / boundary);
  }
}

/** What a device reads at some addresses, through what is open for it. */
function deviceReads({ host: { windows, memory } }: Driver, elements: ScatterGatherList["elements"]) {
  return elements.flatMap(({ address, length }) => {
    const window = [...windows.live].find(({ logical }) => logical === address);
    return window === undefined ? [] : [...memory.view(window.physical, length)];
  });
}

const limits: fc.Arbitrary<ElementLimits> = fc.record({
  scatterGatherLimit: fc.integer({ min: 1, max: 40 }),
  elementBytes: fc.integer({ min: 300, max: 20_000 }),
  elementBoundary: fc.constantFrom(512, 2048, 4096, 8192, 65_536, 2 ** 32),
  dmaAlignment: fc.constant(1),
  minimumTransferUnit: fc.constant(1),
});
const chain = fc.array(fc.tuple(fc.integer({ min: 1, max: 13_000 }), fc.nat(4095), fc.boolean()), {
  ...{ minLength: 1, maxLength: 3 },
});

describe.each([
  { dmaAddressWidth: 64, scatterGather: true, bouncesAll: false },
  { dmaAddressWidth: 32, scatterGather: true, bouncesAll: false },
  { dmaAddressWidth: 64, scatterGather: false, bouncesAll: false },
  { dmaAddressWidth: 64, scatterGather: true, bouncesAll: true },
  { dmaAddressWidth: 64, scatterGather: true, bouncesAll: false, logicalOrder: new Random(1n) },
  { dmaAddressWidth: 64, scatterGather: false, bouncesAll: false, logicalOrder: new Random(1n) },
])("a device with limits: %o", ({ dmaAddressWidth, scatterGather, ...parts }) => {
  const world = (demands: ElementLimits, buffers: [number, number, boolean][], seed: bigint) => {
    const driver = driverWith(demands, { dmaAddressWidth, scatterGather }, seed, parts);
    const made = buffers.map(([lengthBytes, offset, contiguous]) =>
      driver.host.host.allocate({ lengthBytes, offset, contiguous }),
    );
    for (const [index, buffer] of made.entries())
      buffer.write(Uint8Array.from({ length: buffer.lengthBytes }, (_, at) => at * 7 + index));
    const bytes = made.flatMap((buffer) => [...buffer.read()]);
    return { driver, mdl: chainOf(made), bytes };
  };

  test("gets lists that keep them, as many elements as was said before at most, or none", () => {
    fc.assert(
      fc.property(limits, chain, fc.bigInt({ min: 0n, max: 99n }), (demands, buffers, seed) => {
        const { driver, mdl, bytes } = world(demands, buffers, seed);
        const { operations, adapter } = driver;
        const info = { version: 1, scatterGatherElementCount: 0 };
        operations.getDmaTransferInfo(adapter, mdl, 0, bytes.length, true, info);
        let list: ScatterGatherList | undefined;
        const status = driver.list(mdl, {
          length: bytes.length,
          routine: (_device, _irp, granted) => {
            list = granted;
          },
        });
        const isTooLong = info.scatterGatherElementCount > demands.scatterGatherLimit;
        expect(status).toBe(isTooLong ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS);
        expect(list === undefined).toBe(isTooLong);
        if (list !== undefined) {
          expect(list.numberOfElements).toBeLessThanOrEqual(info.scatterGatherElementCount);
          expectWithin(list.elements, demands);
          expect(deviceReads(driver, list.elements)).toEqual(bytes);
          driver.put(list);
        }
        expect(driver.host.system.holdings()).toEqual([]);
        expect(driver.findings).toEqual([]);
      }),
    );
  });

  test("gets the whole buffer in maps that keep them", () => {
    fc.assert(
      fc.property(limits, chain, fc.bigInt({ min: 0n, max: 99n }), (demands, buffers, seed) => {
        const { driver, mdl, bytes } = world(demands, buffers, seed);
        const base = driver.own(12);
        const seen: number[] = [];
        for (let at = 0; at < bytes.length; ) {
          const { length, elements } = driver.map(mdl, base, at, bytes.length - at);
          expect(length).toBeGreaterThan(0);
          expect(elements.length).toBeLessThanOrEqual(demands.scatterGatherLimit);
          expectWithin(elements, demands);
          seen.push(...deviceReads(driver, elements));
          driver.flush(mdl, base, at, length);
          at += length;
        }
        expect(seen).toEqual(bytes);
        driver.freeChannel();
        expect(driver.findings).toEqual([]);
      }),
    );
  });
});

test("a device without scatter/gather has one element as long as one between two boundaries can be", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 * 4096 }),
      fc.bigInt({ min: 0n, max: 99n }),
      fc.nat(3),
      (lengthBytes, seed, others) => {
        const driver = driverWith({ elementBoundary: 8 * 4096 }, { scatterGather: false }, seed);
        for (let index = 0; index < others; index++)
          driver.listNow(driver.host.host.allocate({ lengthBytes: 9000 }));
        expect(driver.listNow(driver.host.host.allocate({ lengthBytes })).numberOfElements).toBe(1);
      },
    ),
  );
});

test("a driver learns of them", () => {
  const demands = { scatterGatherLimit: 5, dmaAlignment: 64, minimumTransferUnit: 8 };
  const { operations, adapter } = driverWith(demands);
  const info = { version: 1 };
  operations.getDmaAdapterInfo(adapter, info);
  expect(info).toMatchObject({ scatterGatherLimit: 5, minimumTransferUnit: 8 });
  expect(operations.getDmaAlignment(adapter)).toBe(64);
});

describe("alignment and transfer unit are the driver's", () => {
  const demands = { dmaAlignment: 16, minimumTransferUnit: 4 };
  test.each([
    [0, 64, undefined],
    [16, 4, undefined],
    [4080, 8208, undefined],
    [
      8,
      64,
      /makes an element at logical 0x[0-9a-f_]+8, which is not a multiple of the alignment of 16 bytes/,
    ],
    [0, 62, /makes an element of 62 bytes, which is not a multiple of the transfer unit of 4 bytes/],
    [4080, 8209, /makes an element of \d+ bytes?, which is not a multiple of the transfer unit/],
  ])("offset %d with %d bytes", (offset, lengthBytes, message) => {
    const driver = driverWith(demands);
    const buffer = driver.host.host.allocate({ lengthBytes, offset });
    const base = driver.own(4);
    driver.map(buffer.mdl, base, 0, lengthBytes);
    driver.flush(buffer.mdl, base, 0, lengthBytes);
    driver.freeChannel();
    // What is found is mapped all the same.
    driver.put(driver.listNow(buffer));
    expect(driver.host.system.findings).toHaveLength(message === undefined ? 0 : 2);
    for (const finding of driver.host.system.findings)
      expect(finding).toMatchObject({
        name: "BUFFER_ALIGNMENT",
        code: "0x1F",
        message: expect.stringMatching(message ?? /^$/),
      });
  });

  test("a bounce page that is not chosen yet has the alignment of its buffer", () => {
    const driver = driverWith(demands, {}, 1n, { bouncesAll: true });
    driver.put(driver.listNow(driver.host.host.allocate({ lengthBytes: 64, offset: 16 })));
    expect(driver.findings).toEqual([]);
    driver.put(driver.listNow(driver.host.host.allocate({ lengthBytes: 64, offset: 24 })));
    expect(driver.findings).toEqual(["BUFFER_ALIGNMENT"]);
  });

  test.each([
    [{ dmaAlignment: 2 }, 1, 6],
    [{ minimumTransferUnit: 2 }, 1, 5],
  ])("%o alone is found, with the element", (alone, offset, lengthBytes) => {
    const driver = driverWith(alone);
    driver.put(driver.listNow(driver.host.host.allocate({ lengthBytes, offset })));
    expect(driver.host.system.findings).toMatchObject([{ parameters: { element: 0, length: lengthBytes } }]);
    const second = driver.host.host.allocate({ lengthBytes: 4097 + 4096, offset: 2 });
    driver.put(driver.listNow(second));
    const found = driver.host.system.findings[1];
    if ("minimumTransferUnit" in alone) expect(found?.parameters["element"]).toBeGreaterThan(0);
    else expect(found).toBeUndefined();
  });

  test("elements are cut at multiples of both", () => {
    const driver = driverWith({ ...demands, elementBytes: 1008, elementBoundary: 2048 });
    driver.put(driver.listNow(driver.host.host.allocate({ lengthBytes: 20_000, offset: 48 })));
    expect(driver.findings).toEqual([]);
  });
});

test("what a transfer's map registers suffice for is mapped, also beyond maximumLength", () => {
  const driver = driverWith({}, { maximumLength: 4096 });
  driver.put(driver.listNow(driver.host.host.allocate({ lengthBytes: 8192 })));
  expect(driver.findings).toEqual([]);
});

test.each<[Partial<PlatformProfile>, RegExp | undefined]>([
  [{ scatterGatherLimit: 1, elementBytes: 1, elementBoundary: 1 }, undefined],
  [{ dmaAlignment: 4096, minimumTransferUnit: 1, elementBoundary: 4096 }, undefined],
  [{ scatterGatherLimit: 0 }, /^scatterGatherLimit: 0 is not a number of elements/],
  [{ scatterGatherLimit: 1.5 }, /^scatterGatherLimit: 1.5 is/],
  [{ elementBytes: 0 }, /^elementBytes: 0 is not a multiple of 1/],
  [{ elementBytes: 24, dmaAlignment: 16 }, /^elementBytes: 24 is not a multiple of 16/],
  [{ elementBytes: 30, minimumTransferUnit: 4 }, /^elementBytes: 30 is not a multiple of 4/],
  [{ elementBoundary: 3000 }, /^elementBoundary: 3000 is not a power of two from 1 on/],
  [{ elementBoundary: 8, dmaAlignment: 16 }, /^elementBoundary: 8 is not a power of two from 16 on/],
  [{ dmaAlignment: 3 }, /^dmaAlignment: 3 is not a power of two from 1 to 4096/],
  [{ dmaAlignment: 8192 }, /^dmaAlignment: 8192 is/],
  [{ minimumTransferUnit: 0 }, /^minimumTransferUnit: 0 is/],
])("a profile with %o", (changes, fault) => {
  const found = profileFault({ ...standardProfile, ...changes });
  if (fault === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(fault);
  expect(profileFault({ ...standardProfile, ...anyElements })).toBeUndefined();
});

test("pages that are only counted lie as pages do: a buffer of whole pages is aligned to a page, bounced too", () => {
  const driver = driverWith({ dmaAlignment: 4096 }, {}, 1n, { bouncesAll: true });
  driver.put(driver.listNow(driver.host.host.allocate({ lengthBytes: 16_384, offset: 0 })));
  expect(driver.findings).toEqual([]);
});
