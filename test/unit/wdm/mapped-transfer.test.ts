import { describe, expect, test } from "vitest";
import { STATUS_INVALID_PARAMETER } from "../../../src/wdm/constants.ts";
import { AdapterStatusError } from "../../../src/wdm/errors.ts";
import { FindingError, Findings } from "../../../src/wdm/finding.ts";
import { Driver } from "./driver.ts";

describe("adapter.map", () => {
  test("is a list until it is disposed of, once", async () => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 100 });
    const mapped = await driver.adapter.map(buffer.mdl, { writeToDevice: false });
    expect(mapped.elements).toMatchObject([{ length: 100 }]);
    expect(mapped.elements).toBe(mapped.list.elements);
    expect([...driver.host.windows.live]).toMatchObject([{ access: "write", lengthBytes: 100 }]);
    mapped[Symbol.dispose]();
    await mapped[Symbol.asyncDispose]();
    expect(driver.host.windows.live.size).toBe(0);
    expect(driver.host.system.holdings()).toEqual([]);
    expect(driver.findings).toEqual([]);
  });

  test("maps a part: from an offset to the end, or a length", async () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const first = BigInt((mdl.pageFrameNumbers[0] as number) * 4096);
    for (const [options, address, length] of [
      [{ offset: 30 }, 30n, 70],
      [{ offset: 30, length: 5 }, 30n, 5],
      [{ length: 7 }, 0n, 7],
    ] as const) {
      await using mapped = await driver.adapter.map(mdl, { writeToDevice: true, ...options });
      expect(mapped.elements).toMatchObject([{ address: first + address, length }]);
    }
  });

  test("rejects with the status of the routine that refused, and holds nothing", async () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const refused = driver.adapter.map(mdl, { writeToDevice: true, length: 0 });
    await expect(refused).rejects.toThrow(AdapterStatusError);
    await expect(refused).rejects.toMatchObject({
      routine: "GetScatterGatherListEx",
      status: STATUS_INVALID_PARAMETER,
      message: "GetScatterGatherListEx returned STATUS_INVALID_PARAMETER",
    });
    expect(driver.host.system.holdings()).toEqual([]);
  });

  test("waits while another has the channel; a signal takes it back, before it began or while it waits", async () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    driver.own(1);
    const abort = new AbortController();
    const waiting = driver.adapter.map(mdl, { writeToDevice: true, signal: abort.signal });
    const next = driver.adapter.map(mdl, { writeToDevice: true, signal: new AbortController().signal });
    abort.abort(new Error("taken back"));
    await expect(waiting).rejects.toThrow("taken back");
    await expect(driver.adapter.map(mdl, { writeToDevice: true, signal: abort.signal })).rejects.toThrow(
      "taken back",
    );
    driver.freeChannel();
    await using mapped = await next;
    expect(mapped.elements).toHaveLength(1);
    expect(driver.findings).toEqual([]);
  });

  test("uses the context of a transfer that has ended for the next one, and no context of one that has not", async () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const contexts = new Set<Uint8Array>();
    const { initializeDmaTransferContext } = driver.operations;
    driver.operations.initializeDmaTransferContext = (adapter, context) => {
      contexts.add(context);
      return initializeDmaTransferContext(adapter, context);
    };
    for (let count = 0; count < 5; count++)
      (await driver.adapter.map(mdl, { writeToDevice: true }))[Symbol.dispose]();
    expect(contexts.size).toBe(1);
    await using _first = await driver.adapter.map(mdl, { writeToDevice: true });
    await using _second = await driver.adapter.map(mdl, { writeToDevice: true });
    expect(contexts.size).toBe(2);
    expect(driver.findings).toEqual([]);
  });

  test("an abort after it was granted, or refused, changes nothing", async () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const abort = new AbortController();
    const { signal } = abort;
    {
      await using mapped = await driver.adapter.map(mdl, { writeToDevice: true, signal });
      await expect(driver.adapter.map(mdl, { writeToDevice: true, length: 0, signal })).rejects.toThrow();
      abort.abort();
      expect(mapped.elements).toHaveLength(1);
      expect(driver.host.windows.live.size).toBe(1);
    }
    expect(driver.findings).toEqual([]);
  });
});

test.each([
  [0, /at .*mapped-transfer\.test\.ts:\d+:\d+\)?$/],
  [1, /\n {2}and 1 more finding$/],
  [2, /\n {2}and 2 more findings$/],
])("the error for a finding, and %d more", (more, end) => {
  const findings = new Findings();
  findings.report("ZERO_LENGTH", "MapTransfer of no bytes", {
    mapping: "64 bytes",
    parameters: { bytes: 0 },
  });
  const [finding] = findings.all;
  if (finding === undefined) throw new Error("none");
  expect(finding.parameters).toEqual({ bytes: 0 });
  const { message } = new FindingError(finding, more);
  expect(message).toMatch(
    /^DMA verifier 0x21 ZERO_LENGTH: MapTransfer of no bytes\n {2}rule: map at least one byte\n {2}mapping: 64 bytes\n {2}at /,
  );
  expect(
    message
      .split("\n")
      .slice(0, more === 0 ? undefined : -1)
      .at(-1),
  ).toMatch(/^ {2}at /);
  expect(message).toMatch(end);
  findings.report("ZERO_LENGTH", "again");
  expect(new FindingError(findings.all[1] as typeof finding, 0).message).not.toContain("mapping");
});
