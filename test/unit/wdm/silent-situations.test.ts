import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { DeallocateObject, DISPATCH_LEVEL } from "../../../src/wdm/constants.ts";
import { DmaSystem, type DmaSystemParts } from "../../../src/wdm/dma-system.ts";
import { Driver } from "./driver.ts";
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
    expect(driver.host.system.explain(physical, "read")).toContain("that is a physical address");
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
