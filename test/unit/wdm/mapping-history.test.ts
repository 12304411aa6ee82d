import { describe, expect, test } from "vitest";
import { WindowError } from "../../../src/bus/errors.ts";
import type { Window } from "../../../src/bus/window.ts";
import type { LogicalAddress } from "../../../src/core/address.ts";
import { anyElements } from "../../../src/memory/platform-profile.ts";
import type { Out } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { describeLeftovers } from "../../../src/wdm/leftovers.ts";
import { Mapping, planElements } from "../../../src/wdm/mapping.ts";
import { type Mapped, MappingHistory } from "../../../src/wdm/mapping-history.ts";
import { Driver } from "./driver.ts";
import { createHost, description } from "./host.ts";

function mapped(name: string, address: bigint, length = 16): Mapped {
  return {
    access: "read",
    ranges: [
      { address: 0n, length: 1 },
      { address, length },
    ],
    describe: () => name,
    site: { stack: "Error\n    at /elsewhere/a.ts:1:2" },
  };
}

describe("the history of mappings", () => {
  test("explains by what is live first, then by what ended last, to the byte", () => {
    const history = new MappingHistory();
    history.end(mapped("older", 100n));
    history.end(mapped("newer", 108n));
    const live = [mapped("live", 200n)];
    expect(history.explain(200n, "write", live)).toBe(
      "that is mapped for it to read alone: live, mapped at /elsewhere/a.ts:1:2",
    );
    expect(history.explain(215n, "write", live)).toContain("live");
    expect(history.explain(216n, "write", live)).toBeUndefined();
    expect(history.explain(199n, "write", live)).toBeUndefined();
    expect(history.explain(107n, "write", live)).toContain("older");
    expect(history.explain(110n, "write", live)).toContain("newer");
    expect(history.explain(123n, "write", live)).toMatch(
      /^that was mapped for it to read alone, and given back: newer, mapped at \/elsewhere\/a\.ts:1:2, given back at .*mapping-history/,
    );
    expect(history.explain(124n, "write", live)).toBeUndefined();
    expect(history.explain(123n, "read", live)).toMatch(/^that was mapped and given back: newer, mapped at/);
    expect(history.explain(200n, "read", live)).toBe(
      "that was not mapped for it before: live, mapped at /elsewhere/a.ts:1:2",
    );
  });

  test("remembers 64, and of those the newest counts, also when the ring has turned", () => {
    const history = new MappingHistory();
    for (let index = 0; index < 100; index++)
      history.end(mapped(`number ${index}`, BigInt(1000 + 16 * index)));
    expect(history.explain(1000n + 16n * 35n, "write", [])).toBeUndefined();
    expect(history.explain(1000n + 16n * 36n, "write", [])).toContain("number 36");
    expect(history.explain(1000n + 16n * 99n, "write", [])).toContain("number 99");
    history.end(mapped("again", 1000n + 16n * 99n));
    expect(history.explain(1000n + 16n * 99n, "write", [])).toContain("again");
  });
});

test("what is left is counted and named, five things of each kind", () => {
  const driver = new Driver();
  const { host, system } = driver.host;
  driver.own(2);
  expect(system.holdings().map(describeLeftovers)).toEqual([
    expect.stringMatching(/^1 channel not freed\n {2}2 map registers, asked for at .*driver\.ts:\d+:\d+$/),
    expect.stringMatching(/^1 set of map registers not freed\n {2}2 map registers, asked for at/),
  ]);
  driver.freeChannel();
  for (let count = 0; count < 6; count++) driver.listNow(host.allocate({ lengthBytes: 10 }));
  const [lists] = system.holdings();
  const text = describeLeftovers(lists as NonNullable<typeof lists>);
  expect(text.split("\n")).toHaveLength(7);
  expect(text).toMatch(/^6 scatter\/gather lists not given back\n {2}10 bytes at byte 0 of the MDL chain/);
  expect(text).toMatch(/\n {2}and 1 more$/);
  expect(driver.host.system.holdings({ isEnding: true })).toHaveLength(1);
});

test("a common buffer counts at the end alone", () => {
  const driver = new Driver();
  driver.operations.allocateCommonBuffer(driver.adapter, 10, { value: undefined }, true);
  expect(driver.host.system.holdings()).toEqual([]);
  expect(driver.host.system.holdings({ isEnding: true }).map(describeLeftovers)).toEqual([
    expect.stringMatching(/^1 common buffer not freed\n {2}a common buffer of 10 bytes at logical 0x/),
  ]);
});

test("a common buffer that was freed is remembered as one", () => {
  const driver = new Driver();
  const { adapter, operations, host } = driver;
  const logical: Out<LogicalAddress> = { value: undefined };
  const bytes = operations.allocateCommonBuffer(adapter, 10, logical, true) as Uint8Array;
  const address = logical.value as LogicalAddress;
  expect(host.system.explain(address + 10n, "read")).toBeUndefined();
  operations.freeCommonBuffer(adapter, 10, address, bytes, true);
  expect(host.system.explain(address + 9n, "read")).toMatch(
    /^that was mapped and given back: a common buffer of 10 bytes at logical 0x\w+, mapped at .*:\d+, given back at .*:\d+$/,
  );
  expect(host.system.explain(address + 10n, "read")).toBeUndefined();
});

test("a mapping that has ended keeps numbers, not the elements of its list", () => {
  const { host, windows } = createHost();
  const parts = { host, windows, history: new MappingHistory() };
  const device = {
    ...{ reach: 2 ** 64, description, limits: anyElements },
    bouncesAll: false,
    logicalPages: undefined,
  };
  const range = { mdl: host.allocate({ lengthBytes: 10 }).mdl, offset: 0, length: 10 };
  const mapping = new Mapping(parts, range, true, planElements(range, device), undefined);
  const { elements } = mapping;
  expect(mapping.elements).toBe(elements);
  mapping.release();
  expect(mapping.elements).not.toBe(elements);
  expect(mapping.elements).toEqual(elements);
});

test("a window that is refused is a status, any other failure of the link is not", () => {
  for (const isRefused of [true, false]) {
    const host = createHost();
    const windows = {
      live: new Set<never>(),
      open: (window: Window) => {
        throw isRefused ? new WindowError(window, "no room") : new TypeError("broken");
      },
    };
    const system = new DmaSystem({ host: host.host, windows });
    const driver = new Driver({ ...host, system, windows });
    const before = host.host.pages.freePages;
    const allocate = () =>
      driver.operations.allocateCommonBuffer(driver.adapter, 10, { value: undefined }, true);
    if (isRefused) expect(allocate()).toBeNull();
    else expect(allocate).toThrow("broken");
    expect(host.host.pages.freePages).toBe(before);
    const { mdl } = host.host.allocate({ lengthBytes: 10 });
    const base = driver.own(1);
    if (isRefused) expect(driver.map(mdl, base, 0, 10).length).toBe(0);
    else expect(() => driver.map(mdl, base, 0, 10)).toThrow("broken");
    // It has its registers, and waits for nothing.
    expect(system.holdings().map(describeLeftovers).join("\n")).not.toContain("waits");
  }
});

test("the log says why there is no adapter", () => {
  const said: string[] = [];
  const system = new DmaSystem({ ...createHost(), log: (text) => said.push(text) });
  const ask = (changes: object) =>
    system.ioGetDmaAdapter(null, { ...description, ...changes }, { value: undefined });
  for (const dmaAddressWidth of [0, 65, 1.5, undefined]) expect(ask({ dmaAddressWidth })).toBeNull();
  expect(ask({ maximumLength: 0 })).toBeNull();
  expect(ask({ master: false })).toBeNull();
  expect(ask({ dmaAddressWidth: 24 })).toBeNull();
  const width = (bits: unknown) =>
    `IoGetDmaAdapter gives no adapter: dmaAddressWidth is ${bits}; in version 3 it says the address bits, from 1 to 64`;
  expect(said).toEqual([
    ...[width(0), width(65), width(1.5), width(0)],
    "IoGetDmaAdapter gives no adapter: maximumLength is 0",
    "IoGetDmaAdapter gives no adapter: master is false, and there is no system DMA here",
    "IoGetDmaAdapter gives no adapter: no memory is free that a device of 24 address bits reaches",
  ]);
  expect(ask({ maximumLength: 1, dmaAddressWidth: 64 })).not.toBeNull();
});
