import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt packed ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const types = `package p;
typedef struct packed { logic [3:0] a; logic [1:4] b; } pair;
typedef union packed { logic [7:0] w; pair x; } either;
typedef pair alias;
endpackage\n`;

async function build(items: string): Promise<unknown> {
  const files = ["types.sv", "top.sv"].map((file) => join(folder, file));
  writeFileSync(files[0] as string, types);
  writeFileSync(
    files[1] as string,
    `module top(input clk, input [1:0] i, input [15:0] d, output [15:0] q);\n${items}\nendmodule\n`,
  );
  return new WasmEngine({ cacheDirectory: folder }).build({ top: "top", files, clock: "clk" });
}

const array = "an array of structures or unions";
const part = "an indexed part of a packed dimension that ascends";

test.each([
  ["p::pair m [0:1]; assign q = m[0];", array],
  ["p::pair [1:0] m; assign m = d, q = m;", array],
  ["p::pair n, o, m [0:1]; assign q = m[i];", array],
  ["p::either m [0:1]; assign q = m[0];", array],
  ["p::alias m [0:1]; assign q = m[0];", array],
  ["struct packed { p::pair [1:0] m; } s; assign s = d, q = s.m;", array],
  ["logic [0:3][3:0] v; assign v = d, q = v[i[0] +: 2];", part],
  ["logic [3:0][1:4] v; assign v = d, q = v[i][3 -: 2];", part],
  ["logic [3:0][0:3] v [0:1]; assign v[0] = d, v[1] = ~d, q = v[i[0]][i][1 +: 2];", part],
  ["p::pair s; assign s = d, q = s.b[i + 1 +: 2];", part],
])("%s is refused with its line", async (items, words) => {
  await expect(build(items)).rejects.toThrow(
    `${join(folder, "top.sv")}:2: the built-in engine does not take ${words}`,
  );
});

test("structures alone, parts by numbers, and indexed parts of dimensions that descend are taken", async () => {
  const items = [
    "p::pair s, t = 8'h5a; assign s = d; logic [0:3][3:0] v; assign v = d; logic [3:0][7:4] w; assign w = d;",
    "assign q = {s.a, s.b[2:3], s.b[i + 1], v[1:2], v[i][1 +: 2], w[i][5 +: 2]} ^ t.a[i[0] +: 2];",
  ];
  await expect(build(items.join(" "))).resolves.toBeDefined();
});
