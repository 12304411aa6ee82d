import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { VerilatorEngine } from "../../src/engine/verilator-engine.ts";
import { WasmEngine } from "../../src/engine/wasm-engine.ts";
import { folderName, worstName } from "../nasty-names.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-paths-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** Names that a string of Verilog can hold. */
const quoted = (name: string): string => name.replace(/["\\\t]/g, "_");

/**
 * A design whose source, header and data lie in such folders and are called so: builds, works, and says where it stands.
 */
async function play(
  engineIn: (cacheDirectory: string) => Engine,
  names: readonly [string, string, string],
  nameOf: (path: string) => string,
) {
  const [one, two, three] = names;
  const root = join(folder, String(count++), one);
  const [sources, headers] = [join(root, two), join(root, three)];
  for (const path of [sources, headers]) mkdirSync(path, { recursive: true });
  const [header, data, file] = [`${quoted(one)}.vh`, `${quoted(two)}.hex`, join(sources, `${three}.v`)];
  writeFileSync(join(headers, header), "`define STEP 8'd5\n");
  writeFileSync(join(sources, data), "00 11\n");
  writeFileSync(
    file,
    `\`include "${header}"
module top(input wire clk, output reg [7:0] q);
    reg [7:0] ram [0:1];
    initial $readmemh("${nameOf(join(sources, data))}", ram);
    reg [7:0] at = 0;
    always @(posedge clk) begin
        at <= at + 1;
        q <= ram[1] + \`STEP;
        if (at == 3) $error("so far");
    end
endmodule
`,
  );
  const source = { top: "top", files: [file], includeDirectories: [headers], clock: "clk" };
  const simulation = (await engineIn(join(root, "cache")).build(source)).open();
  try {
    simulation.run(10);
    return { value: simulation.port("q").read(), place: simulation.end?.place, file };
  } finally {
    simulation.close();
  }
}

test("any path will do for sources, headers, data files and the cache", async () => {
  await fc.assert(
    fc.asyncProperty(fc.tuple(folderName, folderName, folderName), async (names) => {
      const { value, place, file } = await play(
        (cacheDirectory) => new WasmEngine({ cacheDirectory }),
        names,
        (path) => basename(path),
      );
      expect(value).toBe(0x16);
      expect(place).toBe(`${file}:9`);
    }),
    { numRuns: 4, examples: [[[worstName, worstName, worstName]]] },
  );
});

test("also with Verilator", async () => {
  // Verilator looks for data in the working folder alone, and takes 256 characters for a string's most.
  const data = join(folder, "data #?.hex");
  writeFileSync(data, "00 11\n");
  const engineIn = (cacheDirectory: string) => new VerilatorEngine({ cacheDirectory });
  const { value, place } = await play(engineIn, [worstName, worstName, worstName], () => data);
  expect(value).toBe(0x16);
  expect(place).toMatch(/:9$/);
});
