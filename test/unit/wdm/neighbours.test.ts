import { describe, expect, test } from "vitest";
import type { Mdl } from "../../../src/memory/mdl.ts";
import {
  DMA_SYNCHRONOUS_CALLBACK,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { chainOf, Driver, ROOM } from "./driver.ts";
import { createHost } from "./host.ts";

const PAGE = 4096;
/** The first frames of memory, below and above 4 GiB. */
const LOW = 0x1_0000;
const HIGH = 0x18_0000;

/** MDLs that begin at byte 0 of their first page, in these pages. */
function chainIn(driver: Driver, members: readonly (readonly number[])[], lastBytes = PAGE): Mdl {
  return members.reduceRight<Mdl | null>((next, pageFrameNumbers) => {
    const { mdl } = driver.host.host.allocate({ lengthBytes: 1 });
    const byteCount = (pageFrameNumbers.length - 1) * PAGE + (next === null ? lastBytes : PAGE);
    return { ...mdl, next, byteOffset: 0, byteCount, pageFrameNumbers };
  }, null) as Mdl;
}

const elementsOf = (list: { elements: readonly { address: bigint; length: number }[] }) =>
  list.elements.map(({ address, length }) => [Number(address) / PAGE, length]);

describe("pages side by side, in two MDLs", () => {
  test("are one element for a device with scatter/gather", () => {
    const driver = new Driver();
    const mdl = chainIn(driver, [[LOW, LOW + 1], [LOW + 2], [LOW + 4]]);
    const list = driver.listNow(mdl, { length: 4 * PAGE });
    expect(elementsOf(list)).toEqual([
      [LOW, 3 * PAGE],
      [LOW + 4, PAGE],
    ]);
    driver.put(list);
  });

  test("are an element for each MDL for a device without it", () => {
    const driver = new Driver(createHost(), { scatterGather: false });
    const mdl = chainIn(driver, [[LOW], [LOW + 1, LOW + 2]]);
    const list = driver.listNow(mdl, { length: 3 * PAGE });
    expect(elementsOf(list)).toEqual([
      [LOW, PAGE],
      [LOW + 1, 2 * PAGE],
    ]);
    driver.put(list);
  });
});

test("a map that ends for want of an element goes no further, though the next MDL would go on with the last one", () => {
  const driver = new Driver();
  const mdl = chainIn(driver, [[LOW, LOW + 8], [LOW + 1]]);
  const base = driver.own(3);
  expect(driver.map(mdl, base, 0, 3 * PAGE, { bytes: 40 })).toMatchObject({ length: PAGE });
  expect(driver.flush(mdl, base, 0, PAGE)).toBe(STATUS_SUCCESS);
  driver.freeChannel();
  expect(driver.findings).toEqual([]);
});

test("a map takes the elements for which the list has room, not one more or less", () => {
  const driver = new Driver();
  const mdl = chainIn(driver, [[LOW, LOW + 2, LOW + 4, LOW + 6]]);
  const base = driver.own(4);
  for (const [bytes, elements] of [
    [40, 1],
    [63, 1],
    [64, 2],
    [87, 2],
    [88, 3],
    [ROOM, 4],
  ] as const) {
    const { length } = driver.map(mdl, base, 0, 4 * PAGE, { bytes });
    expect(length).toBe(elements * PAGE);
    driver.flush(mdl, base, 0, length);
  }
});

describe("one piece for a device without scatter/gather", () => {
  const { host, ...parts } = createHost();
  const bounced = (frames: readonly number[], dmaAddressWidth = 64, offset = 0, length?: number) => {
    const driver = new Driver({ host, ...parts }, { scatterGather: false, dmaAddressWidth });
    const mdl = chainIn(driver, [frames]);
    const out = { value: undefined };
    const call = { offset, ...(length === undefined ? {} : { length }) };
    // DMA_FAIL_ON_BOUNCE
    const status = driver.list(mdl, { ...call, flags: DMA_SYNCHRONOUS_CALLBACK | 4, out });
    if (status === STATUS_SUCCESS) driver.operations.freeAdapterObject(driver.adapter, 2);
    else expect(status).toBe(STATUS_INSUFFICIENT_RESOURCES);
    driver.operations.putDmaAdapter(driver.adapter);
    return status !== STATUS_SUCCESS;
  };

  test.each([
    [[LOW], false],
    [[LOW, LOW + 1, LOW + 2], false],
    [[LOW, LOW + 2, LOW + 1], true],
    [[LOW, LOW + 1, LOW + 3], true],
    [[LOW + 1, LOW], true],
    [[LOW, LOW], true],
  ])("pages %j are bounced: %s", (frames, isBounced) => {
    expect(bounced(frames)).toBe(isBounced);
  });

  test("what lies outside of the bytes that are asked for does not count", () => {
    const frames = [LOW + 9, LOW, LOW + 1, LOW + 7];
    expect(bounced(frames, 64, PAGE, 2 * PAGE)).toBe(false);
    expect(bounced(frames, 64, PAGE - 1, 2 * PAGE)).toBe(true);
    expect(bounced(frames, 64, PAGE, 2 * PAGE + 1)).toBe(true);
  });

  test("is in reach with its last page, or bounced", () => {
    // Of the bank of 256 pages at 256 MiB a device of 28 bits reaches nothing, one of 29 all.
    expect(bounced([LOW + 254, LOW + 255], 29)).toBe(false);
    expect(bounced([HIGH, HIGH + 1], 33)).toBe(false);
    expect(bounced([HIGH, HIGH + 1], 32)).toBe(true);
  });
});

test.each([
  [
    "ends at",
    undefined,
    [
      [0xf_fffe, 2 * PAGE],
      [0x10_0000, 2 * PAGE],
    ],
  ],
  ["crosses", 2 ** 33, [[0xf_fffe, 4 * PAGE]]],
])("an element %s 4 GiB if the boundary is %s", (_what, elementBoundary, expected) => {
  const { memory, host, windows } = createHost(1n, 64, [0xfff0_0000n, 0x1_0000_0000n]);
  const limits = elementBoundary === undefined ? {} : { limits: { elementBoundary } };
  const driver = new Driver({ memory, host, windows, system: new DmaSystem({ host, windows, ...limits }) });
  const mdl = chainIn(driver, [[0xf_fffe, 0xf_ffff, 0x10_0000, 0x10_0001]]);
  const list = driver.listNow(mdl);
  expect(elementsOf(list)).toEqual(expected);
  driver.put(list);
});

describe("an element is as long as the device takes", () => {
  const driverWith = (limits: object): Driver => {
    const { memory, host, windows } = createHost();
    return new Driver({ memory, host, windows, system: new DmaSystem({ host, windows, limits }) });
  };
  const frames = [LOW + 1, LOW + 2, LOW + 3, LOW + 4];

  test.each([
    [{ elementBytes: 2 * PAGE }, [2 * PAGE, 2 * PAGE]],
    [{ elementBytes: 2 * PAGE + 1 }, [2 * PAGE, 2 * PAGE]],
    [{ elementBytes: 2 * PAGE - 1 }, [PAGE, PAGE, PAGE, PAGE]],
    [{ elementBoundary: 2 * PAGE }, [PAGE, 2 * PAGE, PAGE]],
    [{ elementBoundary: PAGE }, [PAGE, PAGE, PAGE, PAGE]],
    [{ elementBytes: 3000 }, [3000, 1096, 3000, 1096, 3000, 1096, 3000, 1096]],
    [{ elementBytes: 2 ** 20, elementBoundary: 2048 }, Array.from({ length: 8 }, () => 2048)],
  ])("with %o", (limits, lengths) => {
    const driver = driverWith(limits);
    const list = driver.listNow(chainIn(driver, [frames]));
    expect(list.elements.map(({ length }) => length)).toEqual(lengths);
    driver.put(list);
  });

  test("and a page of which a part is mapped takes one map register", () => {
    const driver = driverWith({ elementBytes: 1000 });
    const mdl = chainIn(driver, [frames], 100);
    const base = driver.own(2);
    // Five elements of the first page, of which the second begins in the next map.
    expect(driver.map(mdl, base, 0, PAGE + 100, { bytes: 40 })).toMatchObject({ length: 1000 });
    driver.flush(mdl, base, 0, 1000);
    expect(driver.map(mdl, base, 1000, 2 * PAGE - 1000)).toMatchObject({ length: 2 * PAGE - 1000 });
    driver.flush(mdl, base, 1000, 2 * PAGE - 1000);
    driver.freeChannel();
    expect(driver.findings).toEqual([]);
  });
});

test("in words a mapping has its bytes, place, direction and elements", () => {
  const driver = new Driver();
  const [first, second] = [100, 5000].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }));
  const lists = [
    driver.listNow(first as NonNullable<typeof first>, { offset: 7 }),
    driver.listNow(chainOf([second as NonNullable<typeof second>]), { write: false }),
  ];
  const [holding] = driver.host.system.holdings();
  const address = (index: number) =>
    `0x${BigInt(lists[index]?.elements[0]?.address as bigint)
      .toString(16)
      .padStart(16, "0")}`;
  expect(holding?.things.map((thing) => thing.replace(/, mapped .*/, "").replaceAll("_", ""))).toEqual([
    `93 bytes at byte 7 of the MDL chain, memory to device, 1 element, from logical ${address(0)}`,
    `5000 bytes at byte 0 of the MDL chain, device to memory, 2 elements, from logical ${address(1)}`,
  ]);
});
