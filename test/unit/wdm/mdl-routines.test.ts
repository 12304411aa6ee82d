import fc from "fast-check";
import { expect, test } from "vitest";
import type { Mdl } from "../../../src/memory/mdl.ts";
import type { Out } from "../../../src/wdm/dma-adapter.ts";
import {
  ADDRESS_AND_SIZE_TO_SPAN_PAGES,
  BYTES_TO_PAGES,
  IoBuildPartialMdl,
  MmGetMdlByteCount,
  MmGetMdlByteOffset,
  MmGetMdlVirtualAddress,
} from "../../../src/wdm/mdl-routines.ts";
import { bytesOf, Driver } from "./driver.ts";

test("a partial MDL describes the same bytes of memory, and maps as they do", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20_000 }),
      fc.nat(4095),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (lengthBytes, offset, start, share) => {
        const driver = new Driver();
        const { mdl } = driver.host.host.allocate({ lengthBytes, offset });
        const from = Math.floor(start * lengthBytes);
        const length = Math.floor(share * (lengthBytes - from));
        const target: Out<Mdl> = { value: undefined };
        IoBuildPartialMdl(mdl, target, MmGetMdlVirtualAddress(mdl) + BigInt(from), length);
        const partial = target.value as Mdl;
        const wanted = length === 0 ? lengthBytes - from : length;
        expect(bytesOf(partial)).toEqual(bytesOf(mdl, from, wanted));
        expect(MmGetMdlByteCount(partial)).toBe(wanted);
        expect(MmGetMdlVirtualAddress(partial)).toBe(MmGetMdlVirtualAddress(mdl) + BigInt(from));
        expect(MmGetMdlByteOffset(partial)).toBe((offset + from) % 4096);
        expect(partial.pageFrameNumbers).toHaveLength(
          ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(partial), wanted),
        );
        driver.put(driver.listNow(partial));
        expect(driver.findings).toEqual([]);
      },
    ),
    { numRuns: 50 },
  );
});

test.each([
  [-1, 1],
  [100, 0],
  [0, 101],
  [50, 51],
  [0, -1],
  [0, 0.5],
])("from byte %d, %d bytes of 100 are no part", (from, length) => {
  const { mdl } = new Driver().host.host.allocate({ lengthBytes: 100 });
  const build = () =>
    IoBuildPartialMdl(mdl, { value: undefined }, MmGetMdlVirtualAddress(mdl) + BigInt(from), length);
  expect(build).toThrow(`of an MDL of 100 bytes`);
});

test("pages of sizes and addresses", () => {
  expect([0, 1, 4096, 4097].map(BYTES_TO_PAGES)).toEqual([0, 1, 1, 2]);
  expect(ADDRESS_AND_SIZE_TO_SPAN_PAGES(0xfffn, 2)).toBe(2);
  expect(ADDRESS_AND_SIZE_TO_SPAN_PAGES(0x1000n, 4096)).toBe(1);
  expect(ADDRESS_AND_SIZE_TO_SPAN_PAGES(0xffff_8000_0000_0001n, 4096)).toBe(2);
});
