import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { engineRows, icarusRows, type Steps, writeCircuit } from "../../soak/icarus.ts";
import { icarusCrashes, judgeFaults } from "../../soak/judge-faults.ts";
import { engineIn, type JudgeName, verdictOn } from "../../soak/judges.ts";
import { batchOf, batchSteps } from "../../soak/module-batch.ts";

/** The smallest input of every known fault, in one build of each judge; one that a judge no longer has is to be taken out. */
const folder = mkdtempSync(join(tmpdir(), "hilt-judges-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const circuit = batchOf(judgeFaults.map(({ smallest }) => smallest.circuit));
const steps = batchSteps(judgeFaults.map(({ smallest }): Steps => [smallest.inputs, smallest.inputs]));
const given = new Map<JudgeName, readonly bigint[]>();

beforeAll(async () => {
  const written = writeCircuit("faults", circuit, folder);
  for (const name of ["wasm", "verilator"] as const)
    given.set(name, (await engineRows(engineIn(folder, name), written, steps))[1] as readonly bigint[]);
  given.set(
    "icarus",
    (icarusRows(written, steps)[1] ?? []).map(({ value }) => value),
  );
}, 300_000);

test.each(judgeFaults.map((fault, index) => ({ ...fault, index })))(
  "$what: $judge",
  ({ judge, index, smallest }) => {
    expect(given.get("wasm")?.[index]).toBe(smallest.right);
    expect(given.get(judge)?.[index]).toBe(smallest.given);
  },
);

test.each(icarusCrashes)("$what", ({ circuit: made, inputs, pattern }) => {
  expect(() => icarusRows(writeCircuit("crash", made, folder), [inputs], { limitMs: 2000 })).toThrow(pattern);
});

// Verilator's assertions would end the run at a case that a comment calls full.
const unfilled = `reg r; always @(posedge clk) case (a[1:0]) // synopsys full_case
2'd0: r <= 1; endcase endmodule`;

test("where the built-in engine and Icarus Verilog differ, a third judge shows which of them stands alone", async () => {
  const { smallest } = judgeFaults[0] as (typeof judgeFaults)[number];
  const made = { ...smallest.circuit, text: smallest.circuit.text.replace("endmodule", unfilled) };
  const asked = engineIn(folder, "wasm");
  const verdict = await verdictOn(made, [[5n], smallest.inputs], folder, asked);
  expect(verdict).toEqual({
    alone: "icarus",
    text: "y in cycle 1 is 1ffffffffffffffff in wasm, 0 in icarus, 1ffffffffffffffff in verilator: icarus stands alone",
  });
  expect(await verdictOn(made, [[5n]], folder, asked)).toBeUndefined();
}, 300_000);
