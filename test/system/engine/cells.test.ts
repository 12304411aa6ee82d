import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { readTree } from "../../../src/engine/source-tree.ts";
import { VerilatorEngine } from "../../../src/engine/verilator-engine.ts";
import { combinationalCells } from "../../../src/engine/wasm/cells.ts";
import { parseNetlist } from "../../../src/engine/wasm/parse-netlist.ts";
import { flipFlops } from "../../../src/engine/wasm/sequential-cells.ts";
import { elaborate } from "../../../src/engine/wasm/yosys.ts";
import { type Circuit, compareWithIcarus, type Input, randomSteps, type Steps } from "../../soak/icarus.ts";
import { batchOf, batchSteps, indexInBatch } from "../../soak/module-batch.ts";

/**
 * The built-in engine against Icarus Verilog: for each group of operators a module with random widths and signs gets
 * the same random inputs in both, cycle by cycle, and every output that Icarus knows (no x) must be equal.
 */
const SEED = 20_261n;
const CYCLES = 200;
const folder = mkdtempSync(join(tmpdir(), "hilt-cells-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** All circuits that were compared. */
const all: { readonly made: Circuit; readonly steps: Steps }[] = [];
/** Their cell types. */
const seen = new Set<string>();

const binary = [
  "+",
  "-",
  "*",
  "/",
  "%",
  "&",
  "|",
  "^",
  "~^",
  "<<",
  ">>",
  "<<<",
  ">>>",
  "<",
  "<=",
  ">",
  ">=",
  "==",
  "!=",
  "===",
  "!==",
  "&&",
  "||",
];
/** Shifts by wide amounts are a case of their own. */
const withoutShifts = binary.filter((operator) => !/[<>]{2}/.test(operator));
/** Narrow and wide divisors, with and without a sign. */
const quotients = ["/", "%"].flatMap((operator) =>
  ["i0", "i1", "i2[69:0]", "$signed(i3[40:0])", "$signed(i1)"].map((divisor) => `${operator} ${divisor}`),
);
const unary = ["~", "-", "+", "!", "&", "|", "^", "~&", "~|", "~^"];

function width(random: Random): number {
  return random.integer(0, 3) === 0
    ? (random.shuffle([1, 8, 31, 32, 33, 63, 64])[0] as number)
    : random.integer(1, 64);
}

function circuit(
  random: Random,
  body: (inputs: Input[], output: (width: number, expression: string) => void) => string[],
  widthOf: (random: Random) => number = width,
): Circuit {
  const inputs = Array.from({ length: 4 }, (_, index): Input => {
    return { name: `i${index}`, width: widthOf(random), signed: random.integer(0, 1) === 1 };
  });
  inputs.push({ name: "c", width: 1, signed: false }, { name: "s", width: 3, signed: false });
  const outputs: { name: string; width: number }[] = [];
  const assigns: string[] = [];
  const extra = body(inputs, (bits, expression) => {
    outputs.push({ name: `o${outputs.length}`, width: bits });
    assigns.push(`assign o${outputs.length - 1} = ${expression};`);
  });
  const ports = [
    "input clk",
    ...inputs.map(
      ({ name, width: bits, signed }) => `input ${signed ? "signed " : ""}[${bits - 1}:0] ${name}`,
    ),
    ...outputs.map(({ name, width: bits }) => `output [${bits - 1}:0] ${name}`),
  ];
  return {
    inputs,
    outputs,
    text: `module top(${ports.join(", ")});\n${[...extra, ...assigns].join("\n")}\nendmodule\n`,
  };
}

async function compare(name: string, made: Circuit, random: Random): Promise<void> {
  const steps = randomSteps(made, random, CYCLES);
  // In Verilator an input that is low from the start has not fallen: a reset that is active low waits for the clock.
  const isHigh = (index: number): boolean => made.inputs[index]?.name === "c";
  const first = steps[0]?.map((value, index) => (isHigh(index) ? 1n : value)) ?? [];
  // And what is written to a part that begins outside the vector is lost as a whole.
  const text = made.text.replace("part[$signed({s, c}) -: 3] <= n[2:0];", "");
  all.push({ made: { ...made, text }, steps: [first, ...steps.slice(1)] });
  const { compared, difference } = await compareWithIcarus(name, made, steps, { folder });
  expect(difference).toBeUndefined();
  expect(compared).toBeGreaterThan((CYCLES * made.outputs.length) / 4);
  const source = { top: "top", files: [join(folder, `${name}.v`)], clock: "clk" };
  for (const cell of parseNetlist(await elaborate(source, readTree(source, { withData: true }))).cells)
    seen.add(cell.type);
}

describe("the built-in engine agrees with Icarus Verilog", () => {
  const pick = (random: Random, inputs: readonly Input[]): string =>
    inputs[random.integer(0, 3)]?.name as string;

  test.each([0, 1, 2, 3])("on operators, set %i", async (set) => {
    const random = new Random(SEED).fork(`operators ${set}`);
    const made = circuit(random, (inputs, output) => {
      for (const operator of binary) {
        for (let repeat = 0; repeat < 3; repeat++) {
          output(width(random), `${pick(random, inputs)} ${operator} ${pick(random, inputs)}`);
        }
      }
      for (const operator of unary) output(width(random), `${operator}${pick(random, inputs)}`);
      for (let repeat = 0; repeat < 6; repeat++) {
        const [a, b] = [pick(random, inputs), pick(random, inputs)];
        output(width(random), `c ? ${a} : ${b}`);
        output(random.integer(65, 120), `{${a}, ${b}} ^ {${b}, c, ${a}}`.replace(/^/, ""));
        output(1, `${a}[s]`);
        output(4, `${a}[s +: 4]`);
        output(width(random), `{3{${a}}} >> 2`);
      }
      return [];
    });
    await compare(`operators-${set}`, made, random);
  });

  test.each([0, 1, 2])("on wide values, set %i", async (set) => {
    const random = new Random(SEED).fork(`wide ${set}`);
    const wide = (): number => random.integer(1, 4) * 32 + random.integer(-1, 80);
    const made = circuit(
      random,
      (inputs, output) => {
        for (const operator of withoutShifts) {
          output(wide(), `${pick(random, inputs)} ${operator} ${pick(random, inputs)}`);
        }
        for (const operator of ["<<", ">>", "<<<", ">>>"]) {
          output(wide(), `${pick(random, inputs)} ${operator} {c, s}`);
          output(wide(), `${pick(random, inputs)} ${operator} ${pick(random, inputs)}[9:0]`);
        }
        for (const operator of unary) output(wide(), `${operator}${pick(random, inputs)}`);
        for (const quotient of quotients) output(wide(), `$signed(${pick(random, inputs)}) ${quotient}`);
        const bits = wide();
        output(bits, "m[s]");
        output(bits, "q");
        output(13, `${pick(random, inputs)}[{s, c, s} +: 13]`);
        return [
          `reg [${bits - 1}:0] q; reg [${bits - 1}:0] m [0:7];`,
          `always @(posedge clk) begin if (c) q <= ${pick(random, inputs)}; else q <= q + ${pick(random, inputs)}; m[s] <= ${pick(random, inputs)}; if (c) m[~s][${Math.min(bits, 70) - 1}:3] <= {${pick(random, inputs)}}; end`,
        ];
      },
      wide,
    );
    await compare(`wide-${set}`, made, random);
  });

  test.each([0, 1, 2])("on registers, case statements and memories, set %i", async (set) => {
    const random = new Random(SEED).fork(`state ${set}`);
    const made = circuit(random, (inputs, output) => {
      const depth = random.shuffle([8, 11, 16])[0] as number;
      const bits = width(random);
      const [a, b] = [pick(random, inputs), pick(random, inputs)];
      output(bits, "q");
      output(bits, "k");
      output(bits, "m[ra]");
      output(8, "bytes[s]");
      output(16, "n");
      output(32, "part");
      output(8, "wide");
      return [
        `reg [${bits - 1}:0] q; reg [${bits - 1}:0] k; reg [${bits - 1}:0] m [0:${depth - 1}]; reg [3:0] ra; reg [7:0] bytes [0:7]; reg [15:0] n; reg [31:0] part; reg [7:0] wide;`,
        "initial begin n = 16'h1234; part = 0; wide = 0; end",
        `always @(posedge clk) begin part[{c, s} +: 5] <= ${a}; part[$signed({s, c}) -: 3] <= n[2:0]; if (${b}) wide <= wide + 8'd1; end`,
        `always @(posedge clk) begin n <= n + 16'd3; ra <= {c, s}; if (c) q <= ${a}; else if (s[0]) q <= q - ${b};`,
        `case (s) 3'd0: k <= ${a}; 3'd1, 3'd2: k <= ${b}; 3'd3: k <= k ^ ${a}; 3'd5: k <= q; default: ; endcase`,
        `if (s != 3'd7) m[{c, s}] <= ${a}; if (c & s[1]) m[{s[0], s}] <= ${b};`,
        "if (c) begin if (s[0]) bytes[s][3:0] <= n[3:0]; if (s[1]) bytes[s][7:4] <= n[7:4]; end end",
      ];
    });
    await compare(`state-${set}`, made, random);
  });

  test.each([0, 1, 2, 3])("on clocks, resets, sets and latches, set %i", async (set) => {
    const random = new Random(SEED).fork(`events ${set}`);
    const made = circuit(random, (inputs, output) => {
      const bits = width(random);
      const [a, b] = [pick(random, inputs), pick(random, inputs)];
      for (const name of ["reset", "low", "fell", "halved", "gated", "other", "set"]) output(bits, name);
      output(bits, "latched");
      output(bits, "sampled");
      output(bits, "m[s]");
      output(bits, "clk ? fell : reset");
      output(4, "divider");
      return [
        `reg [${bits - 1}:0] reset, low, fell, halved, gated, other, set, latched, sampled; reg [3:0] divider; reg enable;`,
        `reg [${bits - 1}:0] m [0:7]; wire gate = clk & enable;`,
        "initial begin divider = 0; enable = 0; other = 0; gated = 0; fell = 0; halved = 0; end",
        `always @(posedge clk or posedge c) if (c) reset <= ${a}; else reset <= reset + ${b};`.replace(
          `reset <= ${a}`,
          `reset <= ${random.integer(0, 1)}`,
        ),
        `always @(posedge clk or negedge c) if (!c) low <= 3; else low <= low ^ ${b};`,
        `always @(negedge clk) if (divider != 0) fell <= fell + reset + ${a};`,
        "always @(posedge clk) divider <= divider + 1;",
        `always @(posedge divider[0]) halved <= halved + ${a};`,
        "always @* if (!clk) enable = s[1];",
        `always @(posedge gate) gated <= gated + ${b};`,
        `always @(posedge s[2]) other <= other + ${a};`,
        `always @(posedge clk or posedge s[0]) if (s[0]) set <= {${bits}{1'b1}}; else set <= ${a};`,
        `always @* if (s[0]) latched = ${a} ^ fell;`,
        "always @(posedge clk) sampled <= latched;",
        `always @(negedge clk) if (divider != 0) m[s] <= ${b}; always @(posedge divider[1]) m[~s] <= ${a};`,
      ];
    });
    await compare(`events-${set}`, made, random);
  });

  test("on memories that a file fills, named by a parameter, with addresses, comments and x", async () => {
    const random = new Random(SEED).fork("data files");
    const data = join(folder, "data.hex");
    writeFileSync(data, "// first words\n@2 1a5 0_ff\n/* a gap */ @10 3c3\nx1 2\n");
    const binaryData = join(folder, "data.bin");
    writeFileSync(binaryData, "101 1_1 000 111\n");
    const made = circuit(random, (_inputs, output) => {
      output(9, "m[{c, s}]");
      output(3, "b[s[1:0]]");
      return [
        `parameter FILE = "${data}"; reg [8:0] m [0:31]; reg [2:0] b [0:3];`,
        `initial begin $readmemh(FILE, m); $readmemb("${binaryData}", b); end`,
        "always @(posedge clk) if (s == 3) m[{s, c}] <= 9'h155;",
      ];
    });
    await compare("data-files", made, random);
  });

  test("on powers", async () => {
    const random = new Random(SEED).fork("powers");
    const made = circuit(random, (inputs, output) => {
      const small = ["$signed(s)", "s", "c", "2", "4", "1", "-1", "8'd16"];
      for (const base of [...inputs.slice(0, 4).map(({ name }) => name), ...small])
        for (const exponent of [`{${pick(random, inputs)}}`, "s", "{s, c}", "3"])
          output(width(random), `${base} ** ${exponent}`);
      // Icarus 11 takes -1 to a negative power for 0 in more than 32 bits.
      for (const base of small) output(random.integer(1, 32), `${base} ** $signed(s)`);
      for (const exponent of ["s", "{i0}", "{i1}"])
        output(random.integer(65, 120), `{i0, i1} ** ${exponent}`);
      return [];
    });
    await compare("powers", made, random);
  });

  test("on what is legal and common: loop variables of several blocks, wide addresses, open and empty instances", async () => {
    const random = new Random(SEED).fork("legal");
    const made = circuit(random, (_inputs, output) => {
      output(8, "ra");
      output(8, "rb");
      output(8, "m[{65'd0, s}]");
      output(8, "low[{36'd0, s}]");
      output(8, "rc");
      output(4, "half[3:0]");
      return [
        "integer k; reg [7:0] ra, rb, rc; reg [7:0] m [0:15]; reg [7:0] low [3:9]; wire [7:0] half; assign half[3:0] = i0[3:0];",
        "initial begin for (k = 0; k < 16; k = k + 1) m[k] = k; for (k = 3; k < 10; k = k + 1) low[k] = 0; end",
        "always @(posedge clk) if (c) for (k = 0; k < 8; k = k + 1) ra[k] <= ^(i0 >> k);",
        "always @(negedge clk) for (k = 0; k < 7; k = k + 1) rb[k] <= ^(i1 << k);",
        "always @(posedge clk) rb[7] <= c;",
        "always @(posedge clk) begin m[{40'd0, s}] <= i2; low[{36'd0, s}] <= i0; end",
        "task put; input [7:0] value; integer k; begin for (k = 0; k < 8; k = k + 1) rc[k] <= value[7 - k]; end endtask",
        "always @(posedge clk) begin : named integer k; put(i2); for (k = 0; k < 4; k = k + 1) if (i1[0]) rc[k] <= i3[0]; end",
        "genvar g; generate for (g = 0; g < 2; g = g + 1) begin : lanes integer k; reg [3:0] r; always @(posedge clk) for (k = 0; k < 4; k = k + 1) r[k] <= i0[0]; end endgenerate",
      ];
    });
    await compare("legal", made, random);
  });

  test("and so does Verilator, on all of these circuits in one build", async () => {
    const batch = batchOf(all.map(({ made }) => made));
    const engines = [new VerilatorEngine({ cacheDirectory: join(folder, "cache") })];
    const { compared, difference, output } = await compareWithIcarus(
      "all",
      batch,
      batchSteps(all.map(({ steps }) => steps)),
      { folder, engines },
    );
    expect(
      difference && `${difference.split("; inputs")[0]}\n${all[indexInBatch(output ?? "")]?.made.text}`,
    ).toBe(undefined);
    expect(all.length).toBeGreaterThan(10);
    expect(compared).toBeGreaterThan((CYCLES * batch.outputs.length) / 4);
  });

  test("on every cell type that it accepts", () => {
    const accepted = [...combinationalCells.keys(), ...flipFlops.keys(), "$dlatch"];
    expect(accepted.filter((type) => !seen.has(type))).toEqual([]);
  });
});
