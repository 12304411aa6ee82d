import { describe, expect, test } from "vitest";
import { STATUS_INVALID_PARAMETER, STATUS_SUCCESS } from "../../../src/wdm/constants.ts";
import { Driver } from "./driver.ts";
import { createHost } from "./host.ts";

function world(dmaAddressWidth = 64) {
  const driver = new Driver(createHost(), { dmaAddressWidth });
  return { driver, host: driver.host.host, system: driver.host.system };
}

describe("a buffer that is freed under a mapping", () => {
  test("is found, with the mapping and both lines; its pages go to nobody while the test runs", () => {
    const { driver, host, system } = world();
    const buffer = host.allocate({ lengthBytes: 64 });
    const before = host.pages.freePages;
    const list = driver.listNow(buffer, { write: false });
    buffer.free();
    expect(system.findings).toMatchObject([
      {
        name: "FREED_UNDER_MAPPING",
        message: "buffer 1 is freed while it is mapped",
        mapping: expect.stringMatching(
          /64 bytes .* device to memory, 1 element, .*, mapped at .*driver\.ts:\d+/,
        ),
        callSite: expect.stringMatching(/freed\.test\.ts/),
      },
    ]);
    expect(host.pages.freePages).toBe(before);
    driver.put(list, false);
    expect(system.findings).toHaveLength(1);
  });

  test("late in a long test the message says that the line is not kept", () => {
    const { driver, host, system } = world();
    const first = host.allocate({ lengthBytes: 64 });
    for (let count = 0; count < 500; count++) driver.put(driver.listNow(first));
    const buffer = host.allocate({ lengthBytes: 64 });
    driver.listNow(buffer);
    buffer.free();
    expect(system.findings).toMatchObject([
      {
        mapping: expect.stringMatching(
          /, mapped by a call after the first 1,000 of the test, whose lines are not kept$/,
        ),
        callSite: expect.stringMatching(/^at test\/unit\/wdm\/freed\.test\.ts:\d+:\d+$/m),
      },
    ]);
  });

  test.each([
    ["the part that is mapped", 4096, 1],
    ["another part", 0, 0],
  ])("counts for %s alone, in a chain too", (_part, offset, count) => {
    const { driver, host } = world();
    const [first, second] = [host.allocate({ lengthBytes: 4096 }), host.allocate({ lengthBytes: 100 })];
    const list = driver.listNow(host.chain([first, second]).mdl, { offset, length: 50 });
    second.free();
    expect(driver.findings).toHaveLength(count);
    driver.put(list);
  });

  test("with MapTransferEx, and as soon as it is flushed no more", () => {
    const { driver, host } = world();
    const [first, second] = [host.allocate({ lengthBytes: 64 }), host.allocate({ lengthBytes: 64 })];
    const base = driver.own(1);
    driver.map(first.mdl, base, 0, 64);
    driver.flush(first.mdl, base, 0, 64);
    first.free();
    expect(driver.findings).toEqual([]);
    driver.map(second.mdl, base, 0, 64);
    second.free();
    expect(driver.findings).toEqual(["FREED_UNDER_MAPPING"]);
  });

  test("a request for it that waits counts too", () => {
    const { driver, host, system } = world();
    driver.own(1);
    const buffer = host.allocate({ lengthBytes: 64 });
    driver.list(buffer, { routine: () => {} });
    buffer.free();
    expect(system.findings).toMatchObject([
      {
        message: "buffer 1 is freed while a request to map it waits",
        mapping: expect.stringContaining("asked for at"),
      },
    ]);
  });

  test("a page in which two buffers are mapped, one of them ended, is legal", () => {
    const { driver, host } = world(32);
    const buffer = host.allocate({ lengthBytes: 200 });
    const [first, second] = [
      driver.listNow(buffer, { length: 100 }),
      driver.listNow(buffer, { offset: 100, length: 100 }),
    ];
    driver.put(first);
    driver.put(second);
    buffer.free();
    expect(driver.findings).toEqual([]);
  });
});

describe("a buffer after it was freed", () => {
  test.each([
    ["written", (buffer) => buffer.write(new Uint8Array(1))],
    ["read", (buffer) => buffer.read()],
    ["given to a device", (buffer) => buffer.mdl],
    ["freed", (buffer) => buffer.free()],
  ] as [string, (buffer: ReturnType<ReturnType<typeof world>["host"]["allocate"]>) => unknown][])(
    "is not %s: the error names it and the line",
    (_how, use) => {
      const { host } = world();
      const buffer = host.allocate({ lengthBytes: 64 });
      buffer.free();
      expect(() => use(buffer)).toThrow(
        /^buffer 1 is (used|freed again) after it was freed at .*freed\.test\.ts:\d+/,
      );
    },
  );

  test("nor is a chain with it", () => {
    const { host } = world();
    const [first, second] = [host.allocate({ lengthBytes: 64 }), host.allocate({ lengthBytes: 64 })];
    const chain = host.chain([first, second]);
    chain.write(new Uint8Array(128));
    second.free();
    expect(() => chain.mdl).toThrow("buffer 2 is used after");
    expect(() => chain.read()).toThrow("buffer 2 is used after");
    expect(() => chain.write(new Uint8Array(1))).toThrow("buffer 2 is used after");
  });

  test("its MDL, or a copy of it, that a driver has kept is found and refused", () => {
    const { driver, host } = world();
    const buffer = host.allocate({ lengthBytes: 64 });
    const mdl = { ...buffer.mdl };
    buffer.free();
    expect(driver.list(mdl, { routine: () => {} })).toBe(STATUS_INVALID_PARAMETER);
    const base = driver.own(1);
    expect(driver.map(mdl, base, 0, 64)).toMatchObject({ status: STATUS_INVALID_PARAMETER, length: 0 });
    expect(driver.findings).toEqual(["BUFFER_FREED", "BUFFER_FREED"]);
    expect(driver.list(host.allocate({ lengthBytes: 64 }), { routine: () => {} })).toBe(STATUS_SUCCESS);
  });
});
