import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { decodeStruct, encodeStruct, type Struct, structs, vfio } from "../../../src/links/pcie/vfio-abi.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt vfio-ä-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program prints that was compiled with the kernel's header: each line an expression of C and its value. */
function valuesInHeader(expressions: readonly string[]): Record<string, string> {
  const prints = expressions.map(
    (each) => `  printf("%s\\t%llu\\n", "${each}", (unsigned long long)(${each}));`,
  );
  const source = join(folder, "abi.c");
  writeFileSync(
    source,
    [
      "#include <stdio.h>",
      "#include <stddef.h>",
      "#include <linux/vfio.h>",
      "int main(void) {",
      ...prints,
      "}",
    ].join("\n"),
  );
  const program = join(folder, "abi");
  execFileSync("gcc", ["-o", program, source], { stdio: "pipe" });
  const lines = execFileSync(program, { encoding: "utf8" }).trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split("\t")));
}

test("numbers and structs are those of the kernel's header", () => {
  const expected = new Map<string, number>(Object.entries(vfio));
  for (const [name, { lengthBytes, fields }] of Object.entries<Struct>(structs)) {
    expected.set(`sizeof(struct ${name})`, lengthBytes);
    for (const [field, [offset, width]] of Object.entries(fields)) {
      expected.set(`offsetof(struct ${name}, ${field})`, offset);
      expected.set(`sizeof(((struct ${name} *)0)->${field})`, width);
    }
  }
  const found = valuesInHeader([...expected.keys()]);
  expect(found).toEqual(Object.fromEntries([...expected].map(([key, value]) => [key, String(value)])));
});

test("a struct is read as it was written, and counts what follows it", () => {
  const values = { flags: 3, vaddr: 0x7fff_1234_5678_9000n, iova: 2n ** 63n, size: 4096n };
  const bytes = encodeStruct(structs.vfio_iommu_type1_dma_map, values);
  expect(decodeStruct(structs.vfio_iommu_type1_dma_map, bytes)).toEqual({ argsz: 32, ...values });
  expect(encodeStruct(structs.vfio_irq_set, { count: 2 }, 8).readUInt32LE(0)).toBe(28);
  const shifted = Buffer.concat([Buffer.alloc(5), bytes]);
  expect(decodeStruct(structs.vfio_iommu_type1_dma_map, shifted, 5).iova).toBe(2n ** 63n);
});
