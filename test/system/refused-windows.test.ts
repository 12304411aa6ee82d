import { expect, test } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import { HostMemory } from "../../src/memory/host-memory.ts";
import {
  DMA_SYNCHRONOUS_CALLBACK,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_SUCCESS,
} from "../../src/wdm/constants.ts";
import { DmaSystem } from "../../src/wdm/dma-system.ts";
import type { ScatterGatherList } from "../../src/wdm/scatter-gather.ts";
import { Driver, ROOM } from "../unit/wdm/driver.ts";

const REFUSED = STATUS_INSUFFICIENT_RESOURCES;
/** Of the adapter, whose operations have at most 64 KiB. */
const REGISTERS = 17;

/** A driver on a link that opens at most so many windows, and what must be as before after a refusal. */
async function openDriver(maximumWindows: number, addressBits = 64) {
  const settings = { engine: "wasm", harness: { maximumWindows } } as const;
  const options = { seed: 1n, cacheDirectory: ".hilt/cache", log: silentLog };
  const link = await openSimulator("few windows", settings, options);
  const { memory, windows } = link;
  const host = new HostMemory(memory, new Random(1n));
  const system = new DmaSystem({ host, windows, mapRegisters: REGISTERS });
  const driver = new Driver({ memory, host, windows, system }, { dmaAddressWidth: addressBits });
  return {
    ...{ link, driver, host },
    buffer: (lengthBytes: number) => host.allocate({ lengthBytes }),
    /** Nothing is held, and all map registers are free. */
    expectFree() {
      expect(windows.live.size).toBe(0);
      expect(system.holdings()).toEqual([]);
      const base = driver.own(REGISTERS);
      driver.freeChannel();
      expect(base).not.toBeNull();
      expect(driver.findings).toEqual([]);
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

test.each([
  ["GetScatterGatherListEx", undefined, 64],
  ["BuildScatterGatherListEx", ROOM, 64],
  ["GetScatterGatherListEx with bounce pages", undefined, 30],
])(
  "%s returns STATUS_INSUFFICIENT_RESOURCES when a window of the list is refused, and holds nothing",
  async (_, bytes, bits) => {
    await using world = await openDriver(2, bits);
    const { driver } = world;
    const more = bytes === undefined ? {} : { bytes };
    const context = driver.context();
    let calls = 0;
    const routine = () => calls++;
    const [large, small] = [world.buffer(5 * 4096), world.buffer(4096)];
    expect(
      driver.list(large, { context, flags: DMA_SYNCHRONOUS_CALLBACK, out: { value: undefined }, ...more }),
    ).toBe(REFUSED);
    world.expectFree();
    expect(driver.list(large, { context, flags: DMA_SYNCHRONOUS_CALLBACK, routine, ...more })).toBe(REFUSED);
    expect(driver.list(large, { context, routine, ...more })).toBe(REFUSED);
    world.expectFree();
    expect(calls).toBe(0);
    const lists: ScatterGatherList[] = [];
    expect(driver.list(small, { context, routine: (_device, _irp, list) => lists.push(list), ...more })).toBe(
      STATUS_SUCCESS,
    );
    for (const list of lists) driver.put(list);
    expect(lists.length).toBe(1);
    world.expectFree();
  },
);

test("the routines before version 3 are refused in the same way", async () => {
  await using world = await openDriver(2);
  const { driver } = world;
  const { mdl } = world.buffer(5 * 4096);
  const { operations, adapter, deviceObject } = driver;
  const start = mdl.startVa + BigInt(mdl.byteOffset);
  const status = driver.atDispatch(() =>
    operations.getScatterGatherList(adapter, deviceObject, mdl, start, mdl.byteCount, () => {}, null, true),
  );
  expect(status).toBe(REFUSED);
  world.expectFree();
});

test("MapTransferEx and MapTransfer map nothing when their window is refused", async () => {
  await using world = await openDriver(1);
  const { driver, link } = world;
  const { mdl } = world.buffer(5 * 4096);
  const base = driver.own(5);
  expect(driver.map(mdl, base, 0, mdl.byteCount)).toMatchObject({ status: REFUSED, length: 0 });
  expect(link.windows.live.size).toBe(0);
  expect(driver.map(mdl, base, 0, 4096)).toMatchObject({ status: STATUS_SUCCESS, length: 4096 });
  const other = driver.operations.allocateCommonBuffer(driver.adapter, 4096, { value: undefined }, true);
  expect(other).toBeNull();
  expect(driver.flush(mdl, base, 0, 4096)).toBe(STATUS_SUCCESS);
  const common = { value: undefined as bigint | undefined };
  const bytes = driver.operations.allocateCommonBuffer(driver.adapter, 4096, common as never, true);
  const length = { value: 4096 as number | undefined };
  const start = mdl.startVa + BigInt(mdl.byteOffset);
  expect(driver.operations.mapTransfer(driver.adapter, mdl, base, start, length, true)).toBe(0n);
  expect(length.value).toBe(0);
  driver.operations.freeCommonBuffer(driver.adapter, 4096, common.value as never, bytes as never, true);
  driver.freeChannel();
  world.expectFree();
});

test("AllocateCommonBuffer returns null when its window is refused, and keeps no page", async () => {
  await using world = await openDriver(0);
  const { operations, adapter } = world.driver;
  // Together more than the host has.
  for (let count = 0; count < 1000; count++) {
    const logical = { value: undefined };
    expect(operations.allocateCommonBuffer(adapter, REGISTERS * 4096, logical, true)).toBeNull();
    expect(logical.value).toBeUndefined();
  }
  for (let count = 0; count < 20; count++) world.buffer(REGISTERS * 4096);
  world.expectFree();
});

test("a request that waited is refused nothing: it gets its list when windows are free again", async () => {
  await using world = await openDriver(3);
  const { driver } = world;
  const { operations, adapter } = driver;
  driver.own(1);
  const lists: ScatterGatherList[] = [];
  const queued = driver.list(world.buffer(3 * 4096), { routine: (_device, _irp, list) => lists.push(list) });
  expect(queued).toBe(STATUS_SUCCESS);
  const logical = { value: undefined as bigint | undefined };
  const common = operations.allocateCommonBuffer(adapter, 4096, logical as never, true);
  driver.freeChannel();
  expect(lists.length, "one window is missing").toBe(0);
  operations.freeCommonBuffer(adapter, 4096, logical.value as never, common as never, true);
  expect(lists.length).toBe(1);
  for (const list of lists) driver.put(list);
  world.expectFree();
});
