import fc from "fast-check";
import { expect, test } from "vitest";
import { physicalAddress } from "../../../src/core/address.ts";
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

test.each([-1, 100])("a byte changed next to a buffer (at %d of 100) is found, with its address", (at) => {
  const { host, memory } = createHost();
  const buffer = host.allocate({ lengthBytes: 100, offset: 8 });
  const address = (buffer.mdl.pageFrameNumbers[0] as number) * 4096 + 8 + at;
  const [byte] = memory.view(physicalAddress(BigInt(address)), 1) as unknown as [number];
  memory.view(physicalAddress(BigInt(address)), 1)[0] = byte ^ 1;
  expect(() => host.checkGuards()).toThrow(GuardBytesError);
  expect(() => buffer.checkGuards()).toThrow(address.toString(16));
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
    /buffer 1 is freed again after it was freed .*host-memory\.test\.ts:45/,
  );
});
