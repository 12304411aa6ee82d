import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const root = mkdtempSync(join(tmpdir(), "hilt carried ü-"));
afterAll(() => rmSync(root, { recursive: true }));

const device = 'module top(input clk, output [7:0] q);\n`include "id.vh"\nassign q = `ID;\nendmodule\n';

async function valueIn(project: string): Promise<number> {
  const source = { top: "top", files: [join(project, "d.v")], clock: "clk" };
  const model = await new WasmEngine({ cacheDirectory: join(project, "cache") }).build(source);
  const simulation = model.open();
  simulation.run(0);
  return simulation.port("q").read();
}

/** All files of all projects have the same time. */
function write(project: string, id: number): void {
  mkdirSync(project, { recursive: true });
  for (const [name, text] of [
    ["d.v", device],
    ["id.vh", `\`define ID 8'd${id}\n`],
  ] as const) {
    writeFileSync(join(project, name), text);
    utimesSync(join(project, name), 1_000_000_000, 1_000_000_000);
  }
}

test("a cache that was carried to another folder gives no model of the sources that it was built from", async () => {
  const [here, there] = [join(root, "here"), join(root, "there")];
  write(here, 17);
  expect(await valueIn(here)).toBe(17);
  cpSync(here, there, { recursive: true, preserveTimestamps: true });
  expect(await valueIn(there)).toBe(17);
  // The whole project comes back, with the cache of elsewhere and another header of the same time and size.
  rmSync(here, { recursive: true });
  cpSync(there, here, { recursive: true, preserveTimestamps: true });
  write(here, 99);
  expect(await valueIn(here)).toBe(99);
});

test("models of another cache under the names of this one are not believed", async () => {
  const [one, two] = [join(root, "one"), join(root, "two")];
  write(one, 3);
  write(two, 5);
  await valueIn(one);
  await valueIn(two);
  const modelsOf = (project: string): string[] =>
    readdirSync(join(project, "cache"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const [mine, other] = [modelsOf(one), modelsOf(two)];
  expect(mine.length).toBeGreaterThan(0);
  for (const [index, path] of mine.entries()) cpSync(other[index] as string, path);
  expect(await valueIn(one)).toBe(3);
});
