import { afterAll, expect, test } from "vitest";
import { ProjectCopy } from "../system/project-copy.ts";

const project = new ProjectCopy();
afterAll(() => project[Symbol.dispose]());

interface Report {
  readonly benches: readonly {
    readonly file: string;
    readonly name: string;
    readonly verdict: string;
    readonly facts: object;
  }[];
}

/** Verdicts and counts of every example and bench on a target: cycles, bursts, bytes, what its seed made of it. */
function reportOf(target: string): { status: number | null; lines: string[] } {
  const args = ["run", "examples", "test/system/benches", "--target", target, "--seed", "0x5eed", "--json"];
  const { status, stdout, stderr } = project.hilt(...args);
  expect(status, stderr).toBe(0);
  const { benches } = JSON.parse(stdout) as Report;
  const lines = benches.map(
    ({ file, name, verdict, facts }) => `${file} > ${name}: ${verdict} ${JSON.stringify(facts)}`,
  );
  return { status, lines: lines.sort() };
}

test("every example and bench gives the same verdict and the same counts on both engines", () => {
  const harness = "{ readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.4 }";
  project.write(
    "hilt.config.js",
    `const common = { link: "simulator", harness: ${harness} };
export default { targets: { wasm: { ...common, engine: "wasm" }, verilator: { ...common, engine: "verilator" } } };\n`,
  );
  const wasm = reportOf("wasm");
  expect(wasm.lines.length).toBeGreaterThan(20);
  expect(wasm.lines.join("\n")).toMatch(/"cycles":\d{3,}/);
  expect(reportOf("verilator")).toEqual(wasm);
});
