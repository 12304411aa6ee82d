import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkShape } from "../../src/config/check-shape.ts";
import { VerilatorEngine } from "../../src/engine/verilator-engine.ts";
import { WasmEngine } from "../../src/engine/wasm-engine.ts";
import { type ParameterSetting, parameterVerilog } from "../../src/links/parameter.ts";
import { moverBinding } from "./foreign/mover.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt parameters ü-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MASK = (1n << 128n) - 1n;

/** A value, and what the untyped parameter P then is in 128 bits, and the text or the thousandfold of a real. */
const values: readonly (readonly [ParameterSetting, bigint])[] = [
  [0, 0n],
  [5, 5n],
  [-3, -3n],
  [2 ** 31 - 1, 2n ** 31n - 1n],
  [-(2 ** 31), -(2n ** 31n)],
  [2 ** 31, 2n ** 31n],
  [2 ** 32 - 1, 2n ** 32n - 1n],
  [2 ** 40, 2n ** 40n],
  [-(2 ** 40), -(2n ** 40n)],
  [Number.MAX_SAFE_INTEGER, 2n ** 53n - 1n],
  [2n ** 64n - 1n, 2n ** 64n - 1n],
  [-(2n ** 63n), -(2n ** 63n)],
  [2n ** 100n + 7n, 2n ** 100n + 7n],
  [5n, 5n],
  [true, 1n],
  [false, 0n],
  ["8'hfe", 0xfen],
  ["8'shfe", -2n],
  ["(3 + 4) * 2", 14n],
  ["{4'd1, 4'd2}", 0x12n],
  ['"AB"', 0x4142n],
  [{ text: "AB" }, 0x4142n],
  [{ text: '"\\' }, 0x225cn],
];
const reals: readonly number[] = [1.5, -2.25, 0.001, 123.456];

test("a parameter means the same on both engines", async () => {
  const instances = values.map(
    ([value], index) => `kind${index} #(.P(${parameterVerilog(value)})) k${index} (.p(p${index}));`,
  );
  const others = reals.map(
    (value, index) => `real_kind #(.R(${parameterVerilog(value)})) x${index} (.r(r${index}));`,
  );
  // Verilator makes one module of two instances whose values differ in their sign alone.
  const kinds = values.map(
    (_, index) =>
      `module kind${index} #(parameter P = 1) (output wire [127:0] p);\n  assign p = P;\nendmodule`,
  );
  const ports = [
    ...values.map((_, index) => `output wire [127:0] p${index}`),
    ...reals.map((_, index) => `output wire [31:0] r${index}`),
  ];
  const file = join(folder, "kinds.v");
  writeFileSync(
    file,
    `${kinds.join("\n")}
module real_kind #(parameter real R = 0.5) (output wire [31:0] r);\n  localparam integer K = R * 1000;\n  assign r = K;\nendmodule
module top(input wire clk, ${ports.join(", ")});\n${[...instances, ...others].join("\n")}\nendmodule\n`,
  );
  for (const engine of [
    new WasmEngine({ cacheDirectory: folder }),
    new VerilatorEngine({ cacheDirectory: folder }),
  ]) {
    const simulation = (await engine.build({ top: "top", files: [file], clock: "clk" })).open();
    simulation.run(1);
    const seen = values.map((_, index) => simulation.port(`p${index}`).readBig());
    expect(seen, engine.name).toEqual(values.map(([, wanted]) => wanted & MASK));
    const thousandfold = reals.map((_, index) => simulation.port(`r${index}`).read() | 0);
    expect(thousandfold, engine.name).toEqual(reals.map((value) => Math.round(value * 1000)));
    simulation.close();
  }
});

const refused: readonly (readonly [unknown, RegExp])[] = [
  [2 ** 53, /beyond 2\^53: write it as a BigInt, 9007199254740992n/],
  [1e21, /beyond 2\^53/],
  [Number.NaN, /must be a number/],
  [1e-9, /more than 6 digits after the point/],
  ["", /is empty; text is written \{ text: \.\.\. \}/],
  ["1), .Q(2", /has a \) too many/],
  ["(1", /lacks a \)/],
  ["1, 2", /two expressions/],
  ["1 // one", /"\/\/" does not belong/],
  ["2.5e-9", /a real number such as 2\.5e-9 is written as a number/],
  [{ text: "ü" }, /printable ASCII/],
  [{ text: "" }, /at least one character/],
  [null, /must be a number, a BigInt, true or false/],
];

test.each(refused)("parameter %o is refused with its place", async (value, message) => {
  const device = { files: ["mover.v"], ...moverBinding, parameters: { P: value } };
  const config = { targets: { mover: { link: "simulator", engine: "wasm", device } } };
  const checked = checkShape(config, join(folder, "hilt.config.ts"));
  await expect(checked).rejects.toThrow(/hilt\.config\.ts: targets\.mover\.device\.parameters\.P: /);
  await expect(checkShape(config, join(folder, "hilt.config.ts"))).rejects.toThrow(message);
});
