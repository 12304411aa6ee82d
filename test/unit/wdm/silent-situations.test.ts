import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { DeallocateObject, DISPATCH_LEVEL, STATUS_SUCCESS } from "../../../src/wdm/constants.ts";
import { DmaSystem, type DmaSystemParts } from "../../../src/wdm/dma-system.ts";
import { chainOf, Driver } from "./driver.ts";
import { createHost } from "./host.ts";

function driverOn(parts: Partial<DmaSystemParts>, device = {}): Driver {
  const host = createHost();
  return new Driver({ ...host, system: new DmaSystem({ ...host, mapRegisters: 64, ...parts }) }, device);
}

const standard = (): Driver => driverOn({});
const bounceEverything = (): Driver => driverOn({ bouncesAll: true });
const logicalIsNotPhysical = (): Driver => driverOn({ logicalOrder: new Random(1n) });

/** The device writes where an element is, whatever lies between. */
function deviceWrites({ host: { windows, memory } }: Driver, value: number): void {
  for (const { physical, lengthBytes } of windows.live) memory.view(physical, lengthBytes).fill(value);
}

function deviceReads({ host: { windows, memory } }: Driver): number[] {
  return [...windows.live].flatMap(({ physical, lengthBytes }) => [...memory.view(physical, lengthBytes)]);
}

describe("mistakes of drivers that pass on most computers", () => {
  test("a buffer is freed while it is mapped: found", () => {
    const driver = standard();
    const buffer = driver.host.host.allocate({ lengthBytes: 64 });
    driver.listNow(buffer);
    buffer.free();
    expect(driver.findings).toEqual(["FREED_UNDER_MAPPING"]);
  });

  test("more elements than the adapter takes, and nobody looks at the status: the call is listed with its line", () => {
    const driver = driverOn({ limits: { scatterGatherLimit: 2 } });
    driver.list(driver.host.host.allocate({ lengthBytes: 20_000 }), { routine: () => {} });
    expect(driver.host.system.refusals).toMatchObject([
      expect.stringMatching(/^GetScatterGatherListEx: STATUS_INSUFFICIENT_RESOURCES at .*driver\.ts:\d+/),
    ]);
  });

  test("a list is refused, and nobody looks at the status: the call is listed with its line", () => {
    const driver = standard();
    driver.list(driver.host.host.allocate({ lengthBytes: 64 }), { flags: 0x80, routine: () => {} });
    expect(driver.host.system.refusals).toMatchObject([
      expect.stringMatching(/^GetScatterGatherListEx: STATUS_INVALID_PARAMETER at .*driver\.ts:\d+/),
    ]);
  });

  test("a physical address goes to the device: where logical ones differ, no window is there, and it is explained", () => {
    const driver = logicalIsNotPhysical();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
    driver.listNow(mdl);
    const physical = BigInt((mdl.pageFrameNumbers[0] as number) * 4096);
    expect([...driver.host.windows.live].map(({ logical }) => logical)).not.toContain(physical);
    expect(driver.host.system.explain(physical)).toContain("that is a physical address");
  });

  test("a context on a stack that is gone while its request waits: found", () => {
    const driver = standard();
    const context = driver.context();
    driver.own(1);
    driver.allocate({ context, routine: () => DeallocateObject });
    context.fill(0xcc);
    driver.freeChannel();
    expect(driver.findings).toEqual(["CONTEXT_LIVE"]);
  });

  test("a buffer is read before Put: where all is bounced, it has not what the device wrote", () => {
    const driver = bounceEverything();
    const buffer = driver.host.host.allocate({ lengthBytes: 64 });
    buffer.write(new Uint8Array(64));
    const list = driver.listNow(buffer, { write: false });
    deviceWrites(driver, 9);
    expect(buffer.read()).toEqual(new Uint8Array(64));
    driver.put(list, false);
    expect(buffer.read()).toEqual(new Uint8Array(64).fill(9));
  });

  test("a buffer is written after the map: where all is bounced, the device reads what was there before", () => {
    const driver = bounceEverything();
    const buffer = driver.host.host.allocate({ lengthBytes: 64 });
    buffer.write(new Uint8Array(64).fill(1));
    const list = driver.listNow(buffer);
    buffer.write(new Uint8Array(64).fill(2));
    expect(deviceReads(driver)).toEqual(Array.from({ length: 64 }, () => 1));
    driver.put(list);
  });

  test("a driver waits at DISPATCH_LEVEL: found", () => {
    const driver = standard();
    const { system } = driver.host;
    driver.at(DISPATCH_LEVEL, () => system.checkWait("link.idle"));
    expect(driver.findings).toEqual(["IRQL"]);
  });
});

const platforms: readonly [string, Partial<DmaSystemParts>, object][] = [
  ["standard", {}, {}],
  ["bounce-everything", { bouncesAll: true }, {}],
  ["logical-is-not-physical", { logicalOrder: new Random(1n) }, {}],
  ["32-bit-device", {}, { dmaAddressWidth: 32 }],
  ["short-lists", { limits: { scatterGatherLimit: 8, elementBytes: 8192, elementBoundary: 16_384 } }, {}],
  ["without scatter/gather", {}, { scatterGather: false }],
];

describe.each(platforms)("what is legal is found nowhere: %s", (_name, parts, device) => {
  const legal: readonly [string, (driver: Driver) => void][] = [
    [
      "PutDmaAdapter at DISPATCH_LEVEL",
      ({ operations, adapter, ...driver }) => {
        const { system } = driver.host;
        system.atDispatch(() => operations.putDmaAdapter(adapter));
      },
    ],
    [
      "two mappings in one page, one of them ended",
      (driver) => {
        const buffer = driver.host.host.allocate({ lengthBytes: 200 });
        const halves = [0, 100].map((offset) => driver.listNow(buffer, { offset, length: 100 }));
        for (const list of halves) driver.put(list);
        buffer.free();
      },
    ],
    [
      "one context for all pieces of a transfer, initialised once",
      (driver) => {
        const context = driver.context();
        const buffer = driver.host.host.allocate({ lengthBytes: 16_384 });
        for (const offset of [0, 8192]) driver.put(driver.listNow(buffer, { context, offset, length: 8192 }));
      },
    ],
    [
      "FreeAdapterObject(3) after a request that was refused",
      (driver) => {
        driver.list(driver.host.host.allocate({ lengthBytes: 64 }), { bytes: 1, routine: () => {} });
        driver.operations.freeAdapterObject(driver.adapter, 3);
      },
    ],
    [
      "an MDL of no bytes in a chain",
      (driver) => {
        const [first, last] = [64, 100].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }).mdl);
        if (first === undefined || last === undefined) throw new Error("no MDL");
        const mdl = { ...first, next: { ...first, byteCount: 0, next: last } };
        driver.put(driver.listNow(mdl, { length: 164 }));
      },
    ],
    [
      "a flush for each MDL, or one for the packet",
      (driver) => {
        const mdl = chainOf([64, 100].map((lengthBytes) => driver.host.host.allocate({ lengthBytes })));
        const base = driver.own(4);
        for (const isOne of [false, true]) {
          const members = [mdl, mdl.next as typeof mdl];
          for (const member of members) {
            const length = { value: member.byteCount };
            const va = member.startVa + BigInt(member.byteOffset);
            driver.operations.mapTransfer(driver.adapter, member, base, va, length, true);
            expect(length.value).toBe(member.byteCount);
          }
          if (isOne) expect(driver.flush(mdl, base, 0, 164)).toBe(STATUS_SUCCESS);
          else
            for (const member of members) {
              const va = member.startVa + BigInt(member.byteOffset);
              const { byteCount } = member;
              driver.operations.flushAdapterBuffers(driver.adapter, member, base, va, byteCount, true);
            }
        }
        driver.freeChannel();
      },
    ],
    [
      "a cancel of what was granted, and of what waits",
      (driver) => {
        const [granted, waiting] = [driver.context(), driver.context()];
        driver.own(1);
        driver.allocate({ context: waiting, routine: () => DeallocateObject });
        expect(driver.cancel(waiting)).toBe(true);
        driver.freeChannel();
        driver.allocate({ context: granted, routine: () => DeallocateObject });
        expect(driver.cancel(granted)).toBe(false);
      },
    ],
    [
      "a request that is refused because the channel is taken, and made again",
      (driver) => {
        const buffer = driver.host.host.allocate({ lengthBytes: 64 });
        const context = driver.context();
        driver.own(1);
        const out = { value: undefined };
        expect(driver.list(buffer, { context, flags: 1, out })).not.toBe(STATUS_SUCCESS);
        driver.freeChannel();
        driver.put(driver.listNow(buffer, { context }));
      },
    ],
  ];

  test.each(legal)("%s", (_what, work) => {
    const driver = driverOn(parts, device);
    work(driver);
    expect(driver.findings).toEqual([]);
    expect(driver.host.system.holdings()).toEqual([]);
  });
});
