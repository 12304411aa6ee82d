import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { type Circuit, compareWithIcarus, randomSteps } from "../../soak/icarus.ts";
import { choiceKinds, choiceLines } from "../../soak/random-choices.ts";

/** Choices by constants, which become tables and jumps, and chains of thousands of conditions, against Icarus Verilog. */
const CYCLES = 1500;
const folder = mkdtempSync(join(tmpdir(), "hilt choices "));
afterAll(() => rmSync(folder, { recursive: true }));

const inputs = [
  { name: "a", width: 12, signed: false },
  { name: "b", width: 32, signed: false },
  { name: "w", width: 70, signed: false },
];

function circuit(outputs: Circuit["outputs"], lines: readonly string[]): Circuit {
  const ports = [...inputs, ...outputs].map(({ name, width }) => {
    return `${outputs.some((each) => each.name === name) ? "output" : "input"} [${width - 1}:0] ${name}`;
  });
  return {
    inputs,
    outputs,
    text: `module top(input clk, ${ports.join(", ")});\n${lines.join("\n")}\nendmodule\n`,
  };
}

async function compare(name: string, made: Circuit): Promise<void> {
  const random = new Random(20_267n).fork(name);
  const steps = randomSteps(made, random, CYCLES).map(([a, b, w]) => {
    // Often what a source names, sometimes beside it.
    const named = random.integer(0, 3) === 0 ? (b as bigint) : BigInt(random.integer(0, 620) * 4);
    return [a as bigint, named, w as bigint];
  });
  const { compared, difference } = await compareWithIcarus(name, made, steps, { folder });
  expect(difference).toBeUndefined();
  expect(compared).toBeGreaterThan((CYCLES * made.outputs.length) / 2);
}

describe("the built-in engine agrees with Icarus Verilog", () => {
  test("on every kind of choice by constants, with any selectors, widths and gaps", async () => {
    const random = new Random(20_268n).fork("kinds");
    const names: { name: string; width: number }[] = [];
    const lines = choiceKinds.flatMap((kind) =>
      [0, 1, 2].flatMap((repeat) => {
        const name = `${kind}${repeat}`;
        const width = random.shuffle([1, 5, 8, 31, 64, 70])[0] as number;
        names.push({ name: `o_${name}`, width });
        const type = `[${width - 1}:0]`;
        return [
          ...choiceLines({ kind, name, type, a: "b", b: "w", seed: random.integer(0, 1e9) }),
          `assign o_${name} = ${name};`,
        ];
      }),
    );
    await compare("kinds", circuit(names, lines));
  });

  test("on 600 arms with gaps, and on the first of 600 conditions", async () => {
    const arms = Array.from({ length: 600 }, (_, index) => {
      const value = index % 50 === 49 ? `q + 32'd${index}` : `32'd${(index * 2_654_435_761) % 2 ** 32}`;
      return `32'd${4 * index}: q <= ${value};`;
    });
    const made = circuit(
      [
        { name: "q", width: 32 },
        { name: "p", width: 32 },
      ],
      [
        "reg [31:0] q, p; reg [599:0] r; integer i; initial begin q = 0; p = 0; r = 0; end",
        "always @(posedge clk) begin",
        `case (b) ${arms.join("\n")} default: q <= q; endcase`,
        "r <= a[0] ? 0 : 1 << (a % 640); for (i = 0; i < 600; i = i + 1) if (r[i]) p <= i; end",
      ],
    );
    await compare("arms", made);
  });
});
