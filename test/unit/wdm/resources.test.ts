import { describe, expect, test } from "vitest";
import { OutOfMemoryError } from "../../../src/memory/errors.ts";
import type { HostBuffer } from "../../../src/memory/host-buffer.ts";
import { BouncePages } from "../../../src/wdm/bounce-pages.ts";
import {
  DeallocateObject,
  DMA_SYNCHRONOUS_CALLBACK,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { Out } from "../../../src/wdm/dma-adapter.ts";
import { addressesOf, Driver } from "./driver.ts";
import { adapterOf, createHost, description, threeBanks } from "./host.ts";

const FOUR_GIB = 2n ** 32n;

/** Takes all free pages below an address. */
function fill({ host }: ReturnType<typeof createHost>, below = FOUR_GIB): HostBuffer[] {
  const buffers: HostBuffer[] = [];
  for (;;) {
    try {
      buffers.push(host.allocate({ lengthBytes: 4096, below }));
    } catch (error) {
      if (error instanceof OutOfMemoryError) return buffers;
      throw error;
    }
  }
}

function high(host: ReturnType<typeof createHost>, lengthBytes = 64): HostBuffer {
  for (;;) {
    const buffer = host.host.allocate({ lengthBytes });
    if (buffer.mdl.pageFrameNumbers.every((frame) => frame >= 0x10_0000)) return buffer;
  }
}

describe("map registers that an adapter promises can be had", () => {
  test.each([true, false])(
    "with memory full, scatter/gather %s, the largest operation is bounced",
    (scatterGather) => {
      const host = createHost();
      const count: Out<number> = { value: 0 };
      const adapter = host.system.ioGetDmaAdapter(
        null,
        { ...description, dmaAddressWidth: 32, scatterGather },
        count,
      );
      const driver = new Driver(host, {}, adapter ?? undefined);
      const lengthBytes = ((count.value as number) - 1) * 4096;
      fill(host);
      const list = driver.listNow(host.host.allocate({ lengthBytes }));
      expect(list.numberOfElements).toBeGreaterThan(0);
      expect(Math.max(...addressesOf(list.elements))).toBeLessThan(Number(FOUR_GIB));
      driver.put(list);
      expect(driver.findings).toEqual([]);
    },
  );

  test("there are no more of them than pages that the device reaches, and at least one in four", () => {
    for (const [bytes, registers] of [
      [1 << 30, 64],
      [8 << 12, 9],
    ] as const) {
      const count: Out<number> = { value: 0 };
      const host = createHost(1n, 1000, threeBanks);
      host.system.ioGetDmaAdapter(null, { ...description, dmaAddressWidth: 24, maximumLength: bytes }, count);
      expect(count.value).toBe(registers);
    }
  });

  test("the pages are free again when the adapter is put back", () => {
    const host = createHost();
    const before = host.host.pages.freePages;
    const adapter = adapterOf(host.system, { dmaAddressWidth: 32 });
    expect(host.host.pages.freePages).toBe(before - 17);
    adapter.dmaOperations.putDmaAdapter(adapter);
    expect(host.host.pages.freePages).toBe(before);
  });

  test("a page that is bounced needs a bounce page, one in reach does not", () => {
    const host = createHost();
    const driver = new Driver(host, { dmaAddressWidth: 32 });
    const low = Array.from({ length: 40 }, () => host.host.allocate({ lengthBytes: 64, below: FOUR_GIB }));
    fill(host);
    // More lists than the adapter keeps pages, all at a time.
    const lists = low.map((buffer) => driver.listNow(buffer));
    for (const list of lists) driver.put(list);
    expect(driver.findings).toEqual([]);
  });
});

describe("a request that waits is woken by whatever frees what it needs", () => {
  test("a buffer that is freed: its page becomes a bounce page", () => {
    const host = createHost();
    const driver = new Driver(host, { dmaAddressWidth: 32 });
    const buffers = Array.from({ length: 18 }, () => high(host));
    const low = fill(host);
    let granted = 0;
    const routine = () => void granted++;
    for (const buffer of buffers) expect(driver.list(buffer, { routine })).toBe(STATUS_SUCCESS);
    expect(granted).toBe(17);
    low[0]?.free();
    expect(granted).toBe(18);
  });
});

describe("a routine that throws", () => {
  const failing = () => {
    throw new Error("the driver's own");
  };

  test.each([0, DMA_SYNCHRONOUS_CALLBACK])("gives back what its request held (flags %d)", (flags) => {
    const host = createHost();
    const driver = new Driver(host);
    const buffer = host.host.allocate({ lengthBytes: 5000 });
    const out = { value: undefined };
    const context = driver.context();
    expect(() =>
      driver.list(buffer, { context, flags, routine: failing, out: flags === 0 ? null : out }),
    ).toThrow("own");
    const base = flags === 0 ? null : { value: undefined };
    expect(() => driver.allocate({ context, registers: 3, flags, routine: failing, base })).toThrow("own");
    expect(host.system.holdings()).toEqual([]);
    expect(host.system.freeMapRegisters).toBe(64);
    expect(host.windows.live.size).toBe(0);
    expect(host.system.currentIrql).toBe(0);
    // The next request is served, with the same context.
    driver.put(driver.listNow(buffer, { context }));
    expect(driver.findings).toEqual([]);
  });

  test("does not keep those that wait after it", () => {
    const driver = new Driver();
    driver.own(1);
    const granted: string[] = [];
    driver.allocate({ routine: failing });
    driver.allocate({
      routine: () => {
        granted.push("second");
        return DeallocateObject;
      },
    });
    expect(() => driver.freeChannel()).toThrow("own");
    expect(granted).toEqual(["second"]);
    expect(driver.host.system.holdings()).toEqual([]);
  });
});

test.each([
  ["first", ["first"]],
  ["first", ["first", "second"]],
])("the call in which routines throw throws the error of the %s of %j", (name, names) => {
  const driver = new Driver();
  driver.own(1);
  for (const message of names)
    driver.allocate({
      routine: () => {
        throw new Error(message);
      },
    });
  const thrown: unknown[] = [];
  try {
    driver.freeChannel();
  } catch (error) {
    thrown.push(error);
  }
  expect(thrown).toEqual([new Error(name)]);
});

describe("an MDL that describes no memory", () => {
  const wrong: [string, (frames: readonly number[]) => number[]][] = [
    ["a frame too few", ([first]) => [first as number]],
    ["a frame that is not RAM", ([first]) => [first as number, 0]],
    ["a frame between the banks, side by side", () => [0x1_00ff, 0x1_0100]],
    ["a frame below 0", ([first]) => [first as number, -1]],
    ["frames below 0, side by side", () => [-2, -1]],
    ["no frame", () => []],
    ["a frame that is a fraction", ([first]) => [first as number, 65_536.5]],
    ["a frame that is not a number", ([first]) => [first as number, Number.NaN]],
  ];

  test.each(wrong)("%s is found and refused, and nothing is held", (_name, frames) => {
    for (const dmaAddressWidth of [64, 32]) {
      const driver = new Driver(createHost(), { dmaAddressWidth });
      const { operations, adapter } = driver;
      const { mdl: good } = driver.host.host.allocate({ lengthBytes: 8192 });
      const mdl = { ...good, pageFrameNumbers: frames(good.pageFrameNumbers) };
      expect(driver.list(mdl, { routine: () => {} })).toBe(STATUS_INVALID_PARAMETER);
      const base = driver.own(2);
      expect(driver.map(mdl, base, 0, 8192)).toMatchObject({ status: STATUS_INVALID_PARAMETER, length: 0 });
      expect(operations.getDmaTransferInfo(adapter, mdl, 0, 8192, true, { version: 1 })).toBe(
        STATUS_INVALID_PARAMETER,
      );
      driver.freeChannel();
      expect(new Set(driver.findings)).toEqual(new Set(["MDL_NOT_MEMORY"]));
      expect(driver.host.system.holdings()).toEqual([]);
      expect(driver.host.windows.live.size).toBe(0);
    }
  });
});

test("calls that were refused are remembered, with the line", () => {
  const driver = new Driver();
  driver.own(1);
  const out = { value: undefined };
  const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
  expect(driver.list(mdl, { flags: DMA_SYNCHRONOUS_CALLBACK, out })).toBe(STATUS_INSUFFICIENT_RESOURCES);
  expect(driver.host.system.refusals).toEqual([
    expect.stringMatching(
      /^GetScatterGatherListEx: STATUS_INSUFFICIENT_RESOURCES at .*driver\.ts:\d+:\d+\)?$/,
    ),
  ]);
  for (let index = 0; index < 9; index++) driver.list(mdl, { length: 65 });
  expect(driver.host.system.refusals).toHaveLength(4);
});

test("bounce pages that are neighbours come from what is kept while it is whole, then from free memory", () => {
  const { host } = createHost();
  const pages = new BouncePages(host.pages, 2 ** 32, true, 2 ** 32, 4);
  const [first, second, third] = [pages.take(3), pages.take(1), pages.take(2)];
  const frames = [...(first ?? []), ...(second ?? []), ...(third ?? [])];
  expect(new Set(frames).size).toBe(6);
  for (const run of [first, third] as number[][])
    expect(run.at(-1)).toBe((run[0] as number) + run.length - 1);
  pages.give(first ?? []);
  expect(pages.take(3)).toEqual(first);
});
