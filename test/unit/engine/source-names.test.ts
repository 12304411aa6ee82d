import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { ModelSource } from "../../../src/engine/engine.ts";
import { keepSealed, readSealed } from "../../../src/engine/sealed-file.ts";
import { readTree } from "../../../src/engine/source-tree.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const root = mkdtempSync(join(tmpdir(), "hilt names ü-"));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
let count = 0;
beforeEach(() => {
  folder = join(root, `project ${count++}`);
});

/** Every file has the same time: nothing may be believed of it. */
function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, 1_000_000_000, 1_000_000_000);
  return path;
}

const device = (include: string): string =>
  `module top(input clk, output [7:0] q);\n${include}\nassign q = \`ID;\nendmodule\n`;
const id = (value: number): string => `\`define ID 8'd${value}\n`;

async function first(source: ModelSource): Promise<{ q: number; fromCache: boolean }> {
  const model = await new WasmEngine({ cacheDirectory: join(folder, "cache") }).build(source);
  const simulation = model.open();
  simulation.run(0);
  return { q: simulation.port("q").read(), fromCache: model.fromCache };
}

const sourceOf = (file: string, includeDirectories: string[] = []): ModelSource => ({
  top: "top",
  files: [file],
  includeDirectories,
  clock: "clk",
});

describe("an edit of an included file shows", () => {
  test.each<[string, string, string]>([
    ["by a macro", '`define FILE "id.vh"\n`include `FILE', "rtl/id.vh"],
    ["after an ifdef on its line", '`ifndef NO `include "id.vh"\n`endif', "rtl/id.vh"],
    ["in the folder above", '`include "../inc ä/id.vh"', "inc ä/id.vh"],
    ["by a macro, in the folder above", '`define FILE "../inc/id.vh"\n`include `FILE', "inc/id.vh"],
    ["by a name that a macro makes", '`define FILE(x) `"x.vh`"\n`include `FILE(id)', "rtl/id.vh"],
  ])("%s", async (_name, include, file) => {
    const source = sourceOf(write("rtl/d.v", device(include)));
    for (const value of [17, 99]) {
      write(file, id(value));
      expect(await first(source)).toEqual({ q: value, fromCache: false });
      expect(await first(source)).toEqual({ q: value, fromCache: true });
    }
  });
});

test("a name means another file in another folder, and above it, in one build", async () => {
  const part = (name: string, body: string): string =>
    write(`${name}/part.v`, `module ${name}(output [7:0] q);\n${body}\nendmodule\n`);
  write("a/id.vh", "assign q = 8'd1;\n");
  write("b/id.vh", "assign q = 8'd2;\n");
  write("id.vh", "assign q = 8'd4;\n");
  write("c/b/id.vh", "assign q = 8'd8;\n");
  const parts: [string, string][] = [
    ["a", '`define FILE "id.vh"\n`include `FILE'],
    ["b", "`include `FILE"],
    ["c", '`include "b/id.vh"'],
    ["d", '`include "../b/id.vh"'],
    ["e", '`include "../a/../id.vh"'],
  ];
  const files = parts.map(([name, body]) => part(name, body));
  const sum = parts.map(([name]) => `w${name}`);
  files.push(
    write(
      "top.v",
      `module top(input clk, output [39:0] q);\n${parts.map(([name]) => `wire [7:0] w${name}; ${name} i${name}(w${name});`).join("\n")}\nassign q = {${sum.join(", ")}};\nendmodule\n`,
    ),
  );
  const model = await new WasmEngine({ cacheDirectory: join(folder, "cache") }).build({
    top: "top",
    files,
    clock: "clk",
  });
  const simulation = model.open();
  simulation.run(0);
  expect(simulation.port("q").readBig().toString(16)).toBe("102080204");
});

test("data by a name that another file holds, or that is put together, is that beside each source", async () => {
  const memory = (name: string, file: string): string =>
    `module ${name}(output [7:0] q);\nreg [7:0] m [0:0];\ninitial $readmemh(${file}, m);\nassign q = m[0];\nendmodule\n`;
  const files = [
    write(
      "top.v",
      'module top(input clk, output [31:0] q);\na #("mem.hex") ia(q[31:24]);\nb ib(q[23:16]);\nc ic(q[15:8]);\nd id(q[7:0]);\nendmodule\n',
    ),
    write("a/part.v", memory('a #(parameter F = "mem.hex")', "F")),
    write("b/part.v", memory("b", '{"mem", ".hex"}')),
    write("c/part.v", memory("c", '"../b/mem.hex"')),
    write("d/part.v", memory("d", '{"../", "a/mem.hex"}')),
  ];
  write("mem.hex", "10");
  write("a/mem.hex", "20");
  write("b/mem.hex", "40");
  const q = async (): Promise<string> => {
    const model = await new WasmEngine({ cacheDirectory: join(folder, "cache") }).build({
      top: "top",
      files,
      clock: "clk",
    });
    const simulation = model.open();
    simulation.run(0);
    return `${simulation.port("q").readBig().toString(16)} ${model.fromCache}`;
  };
  expect(await q()).toBe("20404020 false");
  expect(await q()).toBe("20404020 true");
  write("b/mem.hex", "41");
  expect(await q()).toBe("20414120 false");
  // Yosys' file system leaves the `..` out, and would read this one.
  write("d/a/mem.hex", "66");
  await expect(q()).rejects.toThrow(/d\/part\.v: .*\.\.\/a\/mem\.hex/);
});

test("a file that appears where it is looked for first is taken", async () => {
  const source = sourceOf(write("rtl/d.v", device('`include "id.vh"')), [
    join(folder, "first"),
    join(folder, "second"),
  ]);
  const steps: [string, number][] = [
    ["rtl/id.vh", 1],
    ["second/id.vh", 2],
    ["first/id.vh", 3],
  ];
  for (const [file, value] of steps) {
    write(file, id(value));
    expect(await first(source)).toEqual({ q: value, fromCache: false });
  }
  rmSync(join(folder, "first/id.vh"));
  expect(await first(source)).toEqual({ q: 2, fromCache: true });
});

test("the header of a source that is a link stands beside its target", async () => {
  const target = write("shared/real.v", device('`include "id.vh"'));
  write("shared/id.vh", id(5));
  const link = join(folder, "rtl/d.v");
  mkdirSync(dirname(link));
  symlinkSync(target, link);
  expect(await first(sourceOf(link))).toEqual({ q: 5, fromCache: false });
  write("rtl/id.vh", id(6));
  expect(await first(sourceOf(link))).toEqual({ q: 6, fromCache: false });
});

test("a file that is not there is named with the line of its include", async () => {
  const source = sourceOf(write("rtl/d.v", device('\n`include "nöwhere.vh"')));
  await expect(first(source)).rejects.toThrow(`${folder}/rtl/d.v:3: there is no file nöwhere.vh`);
});

test("headers of C++, by a macro too, are read beside their source, and seen before they are there", () => {
  const file = write(
    "dpi/d.cpp",
    '#define OWN "../inc/own.h"\n#include OWN\n#if __has_include("later.h")\n#endif\n',
  );
  write("inc/own.h", "");
  const read = (): string[] => [...readTree(sourceOf(file)).files.keys()].sort();
  expect(read()).toEqual([file, join(folder, "inc/own.h")]);
  write("dpi/later.h", "");
  expect(read()).toEqual([file, join(folder, "dpi/later.h"), join(folder, "inc/own.h")]);
});

test("a kept file that was damaged, or stands under another name, is not believed", () => {
  const path = join(folder, "kept");
  keepSealed(path, "one", Buffer.from("content"));
  expect(readSealed(path, "one")?.toString()).toBe("content");
  expect(readSealed(path, "other")).toBeUndefined();
  for (const cut of [1, 20, 39]) {
    const whole = readFileSync(path);
    writeFileSync(`${path}-cut`, whole.subarray(0, whole.length - cut));
    expect(readSealed(`${path}-cut`, "one")).toBeUndefined();
  }
});
