import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { physicalAddress } from "../../../src/core/address.ts";
import { chainBytes, isLocked, walkPages } from "../../../src/memory/mdl.ts";
import { createHost } from "../wdm/host.ts";

describe("a chain of buffers", () => {
  test("is read and written as one, wherever the parts begin and end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 6000 }), fc.nat(4095)), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.nat(),
        (parts, from, to) => {
          const { host } = createHost();
          const buffers = parts.map(([lengthBytes, offset]) => host.allocate({ lengthBytes, offset }));
          const chain = host.chain(buffers);
          const all = parts.reduce((sum, [length]) => sum + length, 0);
          expect([chain.lengthBytes, chainBytes(chain.mdl)]).toEqual([all, all]);
          const start = from % all;
          const length = (to % (all - start)) + 1;
          const expected = Uint8Array.from({ length: all }, (_, at) => at * 7);
          chain.write(expected);
          const bytes = Uint8Array.from({ length }, (_, at) => 255 - at);
          chain.write(bytes, start);
          expected.set(bytes, start);
          const joined = Buffer.concat(buffers.map((buffer) => buffer.read()));
          expect(joined.equals(expected)).toBe(true);
          expect(Buffer.from(chain.read()).equals(expected)).toBe(true);
          expect(Buffer.from(chain.read(start, length)).equals(bytes)).toBe(true);
          expect(chain.read(start)).toHaveLength(all - start);
          host.checkGuards();
          let walked = 0;
          walkPages(chain.mdl, start, length, (address, count) => {
            expect((address % 4096) + count).toBeLessThanOrEqual(4096);
            expect(host.physical.view(physicalAddress(BigInt(address)), 1)[0]).toBe(bytes[walked]);
            walked += count;
          });
          expect(walked).toBe(length);
        },
      ),
    );
  });

  test("is named after its parts, and has one at least", () => {
    const { host } = createHost();
    const buffers = [1, 2].map((lengthBytes) => host.allocate({ lengthBytes }));
    expect(host.chain(buffers).name).toBe("buffer 1 + buffer 2");
    expect(() => host.chain([])).toThrow("a chain of no buffers");
  });

  test.each([
    [-1, 1],
    [0, -1],
    [0, 101],
    [100, 1],
    [60, 41],
    [0.5, 1],
    [0, 1.5],
    [Number.NaN, 1],
    [0, Number.NaN],
  ])("byte %d with %d bytes of 100 is not all in it", (at, length) => {
    const { host } = createHost();
    const chain = host.chain([40, 60].map((lengthBytes) => host.allocate({ lengthBytes })));
    expect(() => chain.read(at, length)).toThrow(/^buffer 1 \+ buffer 2 have 100 bytes, not /);
    if (Number.isInteger(length) && length >= 0)
      expect(() => chain.write(new Uint8Array(length), at)).toThrow(RangeError);
    const buffer = host.allocate({ lengthBytes: 100 });
    expect(() => buffer.read(at, length)).toThrow(/^buffer 3 has 100 bytes, not /);
  });

  test("its ends are in it", () => {
    const { host } = createHost();
    const chain = host.chain([40, 60].map((lengthBytes) => host.allocate({ lengthBytes })));
    expect(chain.read(100, 0)).toHaveLength(0);
    chain.write(Uint8Array.of(7), 99);
    expect([...chain.read(99, 1)]).toEqual([7]);
  });
});

test.each([
  [0x0002, 0x0002, true],
  [0x0004, 0x0010, true],
  [0x0002, 0, false],
  [0, 0x0002, false],
  [0x0008, 0x0002, false],
])("pages of a chain with flags %d and %d stay: %s", (first, second, stays) => {
  const { host } = createHost();
  const { mdl } = host.allocate({ lengthBytes: 1 });
  expect(isLocked({ ...mdl, mdlFlags: first, next: { ...mdl, mdlFlags: second } })).toBe(stays);
});
