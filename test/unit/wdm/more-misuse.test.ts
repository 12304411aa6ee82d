import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { Mdl } from "../../../src/memory/mdl.ts";
import {
  DeallocateObject,
  DISPATCH_LEVEL,
  STATUS_BUFFER_TOO_SMALL,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { Out } from "../../../src/wdm/dma-adapter.ts";
import { IoBuildPartialMdl, MmGetMdlVirtualAddress } from "../../../src/wdm/mdl-routines.ts";
import { type ScatterGatherList, scatterGatherBuffer } from "../../../src/wdm/scatter-gather.ts";
import { Driver } from "./driver.ts";
import { createHost } from "./host.ts";

const nothing = undefined as unknown as ScatterGatherList;

describe("a list that is none", () => {
  test.each([nothing, null as unknown as ScatterGatherList])(
    "as an error leaves it (%s) is not what another request holds, or has mapped",
    (list) => {
      const driver = new Driver();
      const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
      const base = driver.own(1);
      driver.map(mdl, base, 0, 64);
      driver.put(list);
      expect(
        driver.operations.buildMdlFromScatterGatherList(driver.adapter, list, mdl, { value: undefined }),
      ).toBe(STATUS_INVALID_PARAMETER);
      expect(driver.findings).toEqual(["LIST_UNKNOWN"]);
      expect(driver.host.windows.live.size).toBe(1);
      driver.flush(mdl, base, 0, 64);
      driver.freeChannel();
      expect(driver.findings).toHaveLength(1);
    },
  );

  test.each([nothing, null as unknown as ScatterGatherList])("is no memory for one (%s)", (list) => {
    const driver = new Driver();
    const { adapter, operations, deviceObject } = driver;
    const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
    let calls = 0;
    const routine = () => void ++calls;
    const first = [adapter, deviceObject] as const;
    const last = [routine, null, true, list, 4096] as const;
    const va = MmGetMdlVirtualAddress(mdl);
    expect(driver.atDispatch(() => operations.buildScatterGatherList(...first, mdl, va, 64, ...last))).toBe(
      STATUS_INVALID_PARAMETER,
    );
    expect(
      driver.atDispatch(() =>
        operations.buildScatterGatherListEx(
          ...first,
          driver.context(),
          mdl,
          0,
          64,
          0,
          ...last,
          null,
          null,
          null,
        ),
      ),
    ).toBe(STATUS_INVALID_PARAMETER);
    const length = { value: 64 };
    const map = [driver.own(1), 0, 0, length, true, list, 4096, null, null] as const;
    expect(operations.mapTransferEx(adapter, mdl, ...map)).toBe(STATUS_INVALID_PARAMETER);
    expect([calls, length.value, driver.host.windows.live.size]).toEqual([0, 0, 0]);
  });
});

test("a length of memory for a list that is not a number has room for none", () => {
  const driver = new Driver();
  const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
  expect(driver.list(mdl, { routine: () => {}, bytes: Number.NaN })).toBe(STATUS_BUFFER_TOO_SMALL);
  expect(driver.map(mdl, driver.own(1), 0, 64, { bytes: Number.NaN }).status).toBe(STATUS_INVALID_PARAMETER);
});

test("a partial MDL is locked as its source is, that of a partial one too", () => {
  const driver = new Driver();
  const { mdl } = driver.host.host.allocate({ lengthBytes: 9000 });
  const part = (source: Mdl): Mdl => {
    const target: Out<Mdl> = { value: undefined };
    IoBuildPartialMdl(source, target, MmGetMdlVirtualAddress(source) + 100n, source.byteCount - 200);
    return target.value as Mdl;
  };
  driver.put(driver.listNow(part(part(mdl))));
  expect(driver.findings).toEqual([]);
  const loose = { ...mdl, mdlFlags: 0 };
  driver.put(driver.listNow(part(loose)));
  driver.put(driver.listNow(part(part(loose))));
  expect(driver.findings).toEqual(["NOT_LOCKED", "NOT_LOCKED"]);
});

test("an asynchronous routine is found once, whichever realm its promise is of", () => {
  for (const result of [Promise.resolve(DeallocateObject), runInNewContext("Promise.resolve(2)")]) {
    const driver = new Driver();
    driver.allocate({ routine: () => result as unknown as number });
    expect(driver.findings).toEqual(["ROUTINE_WAITS"]);
    expect(driver.host.system.holdings()).toEqual([]);
  }
});

test("adapter.map may be called at DISPATCH_LEVEL, but not waited for there", async () => {
  const driver = new Driver();
  const { system, host } = driver.host;
  const { mdl } = host.allocate({ lengthBytes: 64 });
  const mapping = driver.at(DISPATCH_LEVEL, () => driver.adapter.map(mdl, { writeToDevice: true }));
  (await mapping)[Symbol.dispose]();
  expect(driver.findings).toEqual([]);
  const old = system.keRaiseIrql(DISPATCH_LEVEL);
  const mapped = await driver.adapter.map(mdl, { writeToDevice: true });
  system.keLowerIrql(old);
  mapped[Symbol.dispose]();
  expect(system.findings).toMatchObject([
    {
      name: "IRQL",
      message: "a wait for adapter.map at IRQL 2, above 1",
      callSite: expect.stringContaining("more-misuse.test.ts"),
    },
  ]);
});

test("a buffer of a chain that is freed is found when its bytes are to be mapped, not when those of others are", () => {
  const driver = new Driver();
  const [first, second, third] = [64, 64, 64].map((lengthBytes) =>
    driver.host.host.allocate({ lengthBytes }),
  );
  if (first === undefined || second === undefined || third === undefined) throw new Error("no buffers");
  const chain = { ...first.mdl, next: { ...second.mdl, next: third.mdl } };
  second.free();
  driver.put(driver.listNow(chain, { length: 64 }));
  driver.put(driver.listNow(chain, { offset: 128, length: 64 }));
  const base = driver.own(3);
  expect(driver.map(chain, base, 0, 64).status).toBe(STATUS_SUCCESS);
  driver.flush(chain, base, 0, 64);
  driver.freeChannel();
  expect(driver.findings).toEqual([]);
  for (const [offset, length] of [
    [0, 65],
    [64, 1],
    [127, 2],
  ] as const)
    expect(driver.list(chain, { offset, length, routine: () => {} })).toBe(STATUS_INVALID_PARAMETER);
  expect(driver.findings).toEqual(["BUFFER_FREED", "BUFFER_FREED", "BUFFER_FREED"]);
});

test("bounce pages of an adapter that is put back serve a request that waits", () => {
  const host = createHost();
  const other = new Driver(host, { dmaAddressWidth: 32 });
  const driver = new Driver(host, { dmaAddressWidth: 32, maximumLength: 4096 });
  const below = 2n ** 32n;
  const [high, more] = [0, 0].map(() => {
    for (;;) {
      const buffer = host.host.allocate({ lengthBytes: 8192, offset: 0 });
      if (buffer.mdl.pageFrameNumbers.every((frame) => frame >= 2 ** 20)) return buffer;
    }
  });
  if (high === undefined || more === undefined) throw new Error("no buffers");
  try {
    for (;;) host.host.allocate({ lengthBytes: 4096, offset: 0, below });
  } catch {}
  driver.put(driver.listNow(high));
  driver.listNow(high);
  let list: ScatterGatherList | undefined;
  driver.list(more, { routine: (_device, _irp, given) => (list = given) });
  expect(list).toBeUndefined();
  other.operations.putDmaAdapter(other.adapter);
  expect(list).toMatchObject({ numberOfElements: expect.any(Number) });
  expect(driver.findings).toEqual([]);
});

test("memory for a list is the driver's again when MapTransferEx has filled it", () => {
  const driver = new Driver();
  const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
  const list = scatterGatherBuffer();
  const base = driver.own(1);
  expect(driver.map(mdl, base, 0, 64, { list }).status).toBe(STATUS_SUCCESS);
  driver.flush(mdl, base, 0, 64);
  driver.freeChannel();
  driver.put(driver.listNow(mdl, { buffer: list, bytes: 4096 }));
  expect(driver.findings).toEqual([]);
});

test("an MDL of a list is made with the list's own MDL, or a copy of it; another one is found and refused", () => {
  const driver = new Driver();
  const [first, second] = [64, 64].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }).mdl);
  if (first === undefined || second === undefined) throw new Error("no MDL");
  const list = driver.listNow(first);
  const target: Out<Mdl> = { value: undefined };
  const build = (original: Mdl) =>
    driver.operations.buildMdlFromScatterGatherList(driver.adapter, list, original, target);
  expect(build(second)).toBe(STATUS_INVALID_PARAMETER);
  expect([target.value, driver.findings]).toEqual([undefined, ["OTHER_MDL"]]);
  expect(build({ ...first })).toBe(STATUS_SUCCESS);
  driver.put(list);
  expect(driver.findings).toHaveLength(1);
});
