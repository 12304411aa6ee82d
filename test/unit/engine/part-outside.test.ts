import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt parts ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Six bits at `i`, partly before the first index or after the last; what Icarus Verilog writes. */
const cases = [
  ["[14:0]", 4n, "-:", 0b11010n],
  ["[14:0]", 12n, "+:", 0b101_0000_0000_0000n],
  ["[0:14]", 4n, "-:", 0b101_0100_0000_0000n],
  ["[0:14]", 12n, "+:", 0b110n],
  ["[2:16]", 4n, "-:", 0b101_0000_0000_0000n],
  ["[16:2]", 4n, "-:", 0b110n],
  ["[-3:11]", 1n, "-:", 0b101_0100_0000_0000n],
  ["[0:14]", 10n, "-:", 0b11_0101_0000n],
] as const;

test("of a part that lies partly outside of a vector what lies inside is written, whatever the vector's range", async () => {
  const inputs = cases.map((_, index) => `input [3:0] i${index}`);
  const outputs = cases.map(([range], index) => `output reg ${range} y${index}`);
  const writes = cases.map(
    ([, , direction], index) =>
      `y${index} = 0; always @(posedge clk) y${index}[i${index} ${direction} 6] <= 6'b110101;`,
  );
  const file = join(folder, "parts.v");
  const lines = writes.map((write) => `initial ${write}`);
  writeFileSync(
    file,
    `module parts(input clk, ${[...inputs, ...outputs].join(", ")});\n${lines.join("\n")}\nendmodule\n`,
  );
  const model = await new WasmEngine({ cacheDirectory: folder }).build({
    ...{ top: "parts", files: [file], clock: "clk" },
  });
  const simulation = model.open();
  for (const [index, [, at]] of cases.entries()) simulation.port(`i${index}`).write(at);
  simulation.run(1);
  const written = cases.map((_, index) => simulation.port(`y${index}`).readBig());
  simulation.close();
  expect(written).toEqual(cases.map(([, , , value]) => value));
});
