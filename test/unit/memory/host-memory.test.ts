import fc from "fast-check";
import { expect, test } from "vitest";
import { physicalAddress } from "../../../src/core/address.ts";
import { hex, hexAddress } from "../../../src/core/hex.ts";
import { GuardBytesError, OutOfMemoryError } from "../../../src/memory/errors.ts";
import { createHost } from "../wdm/host.ts";

test("a buffer holds what was written, wherever its pages lie, and its guards are whole", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 20_000 }),
      fc.integer({ min: 0, max: 4095 }),
      (bytes, offset) => {
        const { host } = createHost();
        const buffer = host.allocate({ lengthBytes: bytes.length, offset });
        buffer.write(bytes);
        expect(buffer.read()).toEqual(bytes);
        buffer.checkGuards();
      },
    ),
  );
});

test.each([
  [0, "8 bytes before it"],
  [7, "1 byte before it"],
  [108, "1 byte after its last"],
  [4095, "3988 bytes after its last"],
])(
  "a byte changed in the page of a buffer (byte %d) is found, with the place and both values",
  (at, where) => {
    const { host, memory } = createHost();
    const buffer = host.allocate({ lengthBytes: 100, offset: 8 });
    const page = (buffer.mdl.pageFrameNumbers[0] as number) * 4096;
    const guard = memory.view(physicalAddress(BigInt(page + at)), 1);
    const [expected] = guard as unknown as [number];
    for (const found of [expected ^ 0xff, 5]) {
      guard[0] = found;
      const message = `buffer 1: the guard byte ${where}, physical ${hexAddress(BigInt(page + at))}, is ${hex(found, 2)} instead of ${hex(expected, 2)}`;
      expect(() => host.checkGuards()).toThrow(message);
      expect(() => buffer.checkGuards()).toThrow(GuardBytesError);
    }
    guard[0] = expected;
    host.checkGuards();
    guard[0] = expected ^ 1;
    expect(() => buffer.free()).toThrow(GuardBytesError);
    // A buffer that is free is not looked at.
    host.checkGuards();
  },
);

test("a part of a buffer is read and written, to its end by default, and nothing beyond it", () => {
  const { host } = createHost();
  const buffer = host.allocate({ lengthBytes: 100, offset: 8 });
  buffer.write(Uint8Array.of(1, 2, 3), 97);
  expect([...buffer.read(96)]).toEqual([0, 1, 2, 3]);
  expect(buffer.read(100)).toHaveLength(0);
  expect(buffer.read(0, 0)).toHaveLength(0);
  buffer.write(new Uint8Array(0), 100);
  const outside = [
    [-1, 1],
    [98, 3],
    [101, 0],
    [0.5, 1],
    [Number.NaN, 1],
  ] as const;
  for (const [at, length] of outside)
    expect(() => buffer.write(new Uint8Array(length), at)).toThrow(/^buffer 1 has 100 bytes, not /);
  expect(() => buffer.read(0, -1)).toThrow(RangeError);
  buffer.checkGuards();
});

test("guard bytes are 0xA5 with the low bits of place and page, and none lies in the buffer", () => {
  const { host, memory } = createHost();
  for (const lengthBytes of [1, 4000, 9000]) {
    const buffer = host.allocate({ lengthBytes, offset: 20 });
    expect(buffer.read()).toEqual(new Uint8Array(lengthBytes));
    const frame = buffer.mdl.pageFrameNumbers.at(-1) as number;
    const first = (20 + lengthBytes) % 4096;
    const guards = memory.view(physicalAddress(BigInt(frame * 4096 + first)), 4096 - first);
    expect(guards).toEqual(guards.map((_, at) => 0xa5 ^ ((first + at) & 0xff) ^ (frame & 0xff)));
  }
});

test("guard bytes differ from place to place, within a page and from page to page", () => {
  const { host, memory } = createHost();
  const views = [1, 1, 1, 1].map((lengthBytes) => {
    const [frame] = host.allocate({ lengthBytes, offset: 4095 }).mdl.pageFrameNumbers as [number];
    return memory.view(physicalAddress(BigInt(frame * 4096)), 4095);
  });
  for (const view of views) expect(new Set(view.subarray(0, 256)).size).toBe(256);
  expect(new Set(views.map((view) => view[0])).size).toBeGreaterThan(1);
});

test("of a buffer in several pages the first and the last have guards, and only where it does not fill them", () => {
  const { host, memory } = createHost();
  const buffer = host.allocate({ lengthBytes: 3 * 4096 - 10, offset: 4 });
  const [first, , last] = buffer.mdl.pageFrameNumbers as [number, number, number];
  for (const [frame, at] of [
    [first, 3],
    [last, 4090],
  ] as const) {
    const guard = memory.view(physicalAddress(BigInt(frame * 4096 + at)), 1);
    guard[0] = (guard[0] as number) ^ 1;
    expect(() => buffer.checkGuards()).toThrow(/^buffer 1: the guard byte 1 byte /);
    guard[0] = (guard[0] as number) ^ 1;
  }
  buffer.write(new Uint8Array(buffer.lengthBytes).fill(9));
  const full = host.allocate({ lengthBytes: 8192 });
  full.write(new Uint8Array(8192).fill(9));
  host.checkGuards();
});

test.each([
  { lengthBytes: 0 },
  { lengthBytes: -1 },
  { lengthBytes: 1.5 },
  { lengthBytes: 1, offset: -1 },
  { lengthBytes: 1, offset: 4096 },
  { lengthBytes: 1, offset: 0.5 },
])("there is no buffer of %o", (options) => {
  const { host } = createHost();
  const free = host.pages.freePages;
  expect(() => host.allocate(options)).toThrow(RangeError);
  expect(host.pages.freePages).toBe(free);
});

test("buffers have virtual addresses of their own, a page apart at least, and a number", () => {
  const { host } = createHost();
  const buffers = [4096, 1, 8192].map((lengthBytes) => host.allocate({ lengthBytes, offset: 0 }));
  expect(buffers.map(({ name }) => name)).toEqual(["buffer 1", "buffer 2", "buffer 3"]);
  const starts = buffers.map(({ mdl }) => mdl.startVa);
  expect(starts).toEqual([0xffff_8000_0000_0000n, 0xffff_8000_0000_2000n, 0xffff_8000_0000_4000n]);
});

test("below an address, and in neighbouring pages, a buffer lies as it was asked for", () => {
  const { host } = createHost();
  const below = 0x1000_0000n + 4n * 4096n;
  const buffer = host.allocate({ lengthBytes: 3 * 4096, below, contiguous: true });
  expect(buffer.mdl.pageFrameNumbers).toEqual([0x1_0000, 0x1_0001, 0x1_0002]);
  expect(host.allocate({ lengthBytes: 4096, below }).mdl.pageFrameNumbers).toEqual([0x1_0003]);
  expect(() => host.allocate({ lengthBytes: 1, below })).toThrow(
    "1 page wanted below physical 0x0000000010004000, 0 free",
  );
});

test("memory that is used up is an error and loses no page", () => {
  const { host } = createHost();
  const free = host.pages.freePages;
  expect(() => host.allocate({ lengthBytes: 3 << 20 })).toThrow(OutOfMemoryError);
  expect(host.pages.freePages).toBe(free);
  expect(() => host.allocate({ lengthBytes: 2 << 20, below: 0x1_0000_0000n })).toThrow(OutOfMemoryError);
  expect(host.pages.freePages).toBe(free);
});

test("a buffer is freed once", () => {
  const { host } = createHost();
  const buffer = host.allocate({ lengthBytes: 1 });
  buffer.free();
  expect(() => buffer.free()).toThrow(
    /buffer 1 is freed again after it was freed .*host-memory\.test\.ts:\d+/,
  );
});
