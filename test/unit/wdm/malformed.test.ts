import { describe, expect, test } from "vitest";
import { chainFault, type Mdl } from "../../../src/memory/mdl.ts";
import { STATUS_INVALID_PARAMETER, STATUS_SUCCESS } from "../../../src/wdm/constants.ts";
import { scatterGatherBuffer } from "../../../src/wdm/scatter-gather.ts";
import { Driver, ROOM } from "./driver.ts";
import { createHost } from "./host.ts";

type Changed = { -readonly [Name in keyof Mdl]: unknown };

/** Of `count` MDLs; the last one goes on at `back`, if that is one of them. */
function chain(driver: Driver, count: number, back = -1): Mdl {
  const mdls = Array.from({ length: count }, () => {
    return { ...driver.host.host.allocate({ lengthBytes: 64 }).mdl } as Changed;
  });
  for (const [index, mdl] of mdls.entries()) mdl.next = mdls[index + 1] ?? mdls[back] ?? null;
  return mdls[0] as unknown as Mdl;
}

function changed(driver: Driver, changes: Partial<Changed>): Mdl {
  return { ...driver.host.host.allocate({ lengthBytes: 64 }).mdl, ...changes } as Mdl;
}

const malformed: [string, (driver: Driver) => Mdl, string][] = [
  [
    "that leads back to itself",
    (driver) => chain(driver, 1, 0),
    "it leads back to an MDL that it has passed",
  ],
  ["that leads back to its first MDL", (driver) => chain(driver, 5, 0), "it leads back"],
  ["whose end leads back to itself", (driver) => chain(driver, 5, 4), "it leads back"],
  ["that leads back into its middle", (driver) => chain(driver, 40, 17), "it leads back"],
  ["that is null", () => null as unknown as Mdl, "MDL 1 is null"],
  ["that is absent", () => undefined as unknown as Mdl, "MDL 1 is undefined"],
  ["without a next", (driver) => changed(driver, { next: undefined }), "MDL 2 is undefined"],
  ["of -1 bytes", (driver) => changed(driver, { byteCount: -1 }), "byteCount of MDL 1 is -1"],
  ["of half a byte", (driver) => changed(driver, { byteCount: 0.5 }), "byteCount of MDL 1 is 0.5"],
  [
    "of NaN bytes after another",
    (driver) => changed(driver, { next: changed(driver, { byteCount: Number.NaN }) }),
    "byteCount of MDL 2 is NaN",
  ],
  [
    "that begins after its first page",
    (driver) => changed(driver, { byteOffset: 4096 }),
    "byteOffset of MDL 1 is 4096, which is not a byte of its first page",
  ],
  [
    "that begins before its first page",
    (driver) => changed(driver, { byteOffset: -1 }),
    "byteOffset of MDL 1 is -1",
  ],
  ["that begins in a byte", (driver) => changed(driver, { byteOffset: 0.5 }), "byteOffset of MDL 1 is 0.5"],
  [
    "without a virtual address",
    (driver) => changed(driver, { startVa: 0 }),
    "startVa of MDL 1 is not an address",
  ],
  [
    "without page frame numbers",
    (driver) => changed(driver, { pageFrameNumbers: undefined }),
    "pageFrameNumbers of MDL 1 are not a list",
  ],
];

type Call = [string, unknown, () => unknown];

/** Every routine that takes an MDL, and what it returns when it refuses. CalculateScatterGatherList does without. */
function calls(driver: Driver, mdl: Mdl): Call[] {
  const { adapter, operations, deviceObject } = driver;
  const base = driver.own(4);
  const refused = STATUS_INVALID_PARAMETER;
  const routine = (): void => {};
  const out = { value: 64 };
  const list = scatterGatherBuffer();
  const calculate: Call = [
    "CalculateScatterGatherList",
    refused,
    () => operations.calculateScatterGatherList(adapter, mdl, 0n, 64, { value: undefined }, null),
  ];
  const request = [adapter, deviceObject, driver.context(), mdl, 0, 64, 0] as const;
  return [
    ["FlushAdapterBuffers", false, () => operations.flushAdapterBuffers(adapter, mdl, base, 0n, 64, true)],
    [
      "FlushAdapterBuffersEx",
      refused,
      () => operations.flushAdapterBuffersEx(adapter, mdl, base, 0, 64, true),
    ],
    ["MapTransfer", [0n, 0], () => [operations.mapTransfer(adapter, mdl, base, 0n, out, true), out.value]],
    ["MapTransferEx", { status: refused, length: 0, elements: [] }, () => driver.map(mdl, base, 0, 64)],
    [
      "GetScatterGatherList",
      refused,
      () => operations.getScatterGatherList(adapter, deviceObject, mdl, 0n, 64, routine, null, true),
    ],
    [
      "BuildScatterGatherList",
      refused,
      () =>
        operations.buildScatterGatherList(
          adapter,
          deviceObject,
          mdl,
          0n,
          64,
          routine,
          null,
          true,
          list,
          ROOM,
        ),
    ],
    ...(mdl === null ? [] : [calculate]),
    [
      "BuildMdlFromScatterGatherList",
      refused,
      () => operations.buildMdlFromScatterGatherList(adapter, list, mdl, { value: undefined }),
    ],
    [
      "GetDmaTransferInfo",
      refused,
      () => operations.getDmaTransferInfo(adapter, mdl, 0, 64, true, { version: 1 }),
    ],
    [
      "GetScatterGatherListEx",
      refused,
      () => operations.getScatterGatherListEx(...request, routine, null, true, null, null, null),
    ],
    [
      "BuildScatterGatherListEx",
      refused,
      () =>
        operations.buildScatterGatherListEx(...request, routine, null, true, list, ROOM, null, null, null),
    ],
  ];
}

describe.each(malformed)("a chain of MDLs %s", (_what, mdlFor, fault) => {
  test("is found by every routine that takes one, and refused; nothing is held", () => {
    const driver = new Driver();
    const mdl = mdlFor(driver);
    const all = calls(driver, mdl);
    for (const [, refusal, call] of all) expect(driver.atDispatch(call)).toEqual(refusal);
    driver.freeChannel();
    expect(driver.host.system.findings.map(({ name, message }) => [name, message.split(":")[0]])).toEqual(
      all.map(([name]) => ["MDL_MALFORMED", `${name} of a chain of MDLs`]),
    );
    for (const { message } of driver.host.system.findings) expect(message).toContain(`: ${fault}`);
    expect(driver.host.system.holdings()).toEqual([]);
    expect(driver.host.windows.live.size).toBe(0);
  });

  test("is refused to the layer above, which leaves nothing behind", async () => {
    const driver = new Driver();
    const mdl = mdlFor(driver);
    await expect(driver.adapter.map(mdl, { writeToDevice: true })).rejects.toThrow(
      "STATUS_INVALID_PARAMETER",
    );
    expect(driver.findings).toEqual(["MDL_MALFORMED"]);
    expect(driver.host.system.holdings()).toEqual([]);
  });
});

test("a refusal of a malformed chain is among those that are remembered", () => {
  const driver = new Driver();
  driver.operations.getDmaTransferInfo(driver.adapter, chain(driver, 2, 0), 0, 64, true, { version: 1 });
  expect(driver.host.system.refusals).toEqual([
    expect.stringMatching(/^GetDmaTransferInfo: STATUS_INVALID_PARAMETER at/),
  ]);
});

test("CalculateScatterGatherList takes no MDL, and a list of one whose last MDLs are empty is legal", () => {
  const driver = new Driver();
  const size = { value: undefined };
  expect(driver.operations.calculateScatterGatherList(driver.adapter, null, 0n, 64, size, null)).toBe(
    STATUS_SUCCESS,
  );
  const empty = changed(driver, { byteCount: 0, pageFrameNumbers: [] });
  const mdl = changed(driver, { next: { ...empty, next: { ...empty } } });
  driver.put(driver.listNow(mdl));
  expect(driver.findings).toEqual([]);
});

test("a chain of a million MDLs is none too many", () => {
  const driver = new Driver();
  const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
  let all: Mdl = mdl;
  for (let count = 1; count < 1_000_000; count++) all = { ...mdl, byteCount: 0, next: all };
  expect(chainFault(all)).toBeUndefined();
  driver.put(driver.listNow(all, { length: 64 }));
  expect(driver.findings).toEqual([]);
});

test.each([Number.NaN, 1.5, -1, Number.POSITIVE_INFINITY])(
  "MapTransfer of %d bytes maps nothing",
  (bytes) => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
    const base = driver.own(1);
    const length = { value: bytes };
    expect(driver.operations.mapTransfer(driver.adapter, mdl, base, mdl.startVa, length, true)).toBe(0n);
    expect(length.value).toBe(0);
    expect(driver.host.system.findings).toMatchObject([
      { name: "ZERO_LENGTH", message: "MapTransfer of no bytes" },
    ]);
    driver.freeChannel();
    expect(driver.findings).toHaveLength(1);
  },
);

test.each([
  ["page frame numbers", { pageFrameNumbers: [-1] }],
  ["bytes", { byteCount: 32 }],
])(
  "an MDL whose %s a driver changes while its request waits is mapped nowhere, and found",
  (_what, changes) => {
    const driver = new Driver(createHost(), { dmaAddressWidth: 32 });
    const highest = driver.host.memory.banks.at(-1) as { base: bigint };
    let { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
    while (BigInt(mdl.pageFrameNumbers[0] as number) * 4096n < highest.base)
      ({ mdl } = driver.host.host.allocate({ lengthBytes: 64 }));
    const mine = { ...mdl };
    driver.own(1);
    const lists: unknown[] = [];
    const context = driver.context();
    driver.list(mine, { context, routine: (_device, _irp, list) => lists.push(list) });
    Object.assign(mine, changes);
    driver.freeChannel();
    expect(lists).toEqual([]);
    expect(driver.host.system.findings).toMatchObject([
      {
        name: "MDL_MALFORMED",
        message: "a chain of MDLs was changed while the request to map it waited",
        callSite: expect.stringContaining("malformed.test.ts"),
      },
    ]);
    expect(driver.host.system.holdings()).toEqual([]);
    driver.put(driver.listNow(mdl, { context }));
    expect(driver.findings).toHaveLength(1);
  },
);
