import { expect, test } from "vitest";
import type { RunResult } from "../../src/report/run-result.ts";
import { moverBinding, moverVerilog } from "../system/foreign/mover.ts";
import { projectOf } from "./user-project.ts";

/** A device that offers an address and never its data, seen with a limit for waits and without one. */

const device = { ...moverBinding, files: ["mover.v"] };
const target = (harness: object) => ({ link: "simulator", engine: "wasm", device, harness });
const targets = { limited: target({ stallLimit: 200 }), patient: target({ stallLimit: 0 }) };

const project = projectOf({
  "hilt.config.js": `export default { targets: ${JSON.stringify(targets)} };\n`,
  "mover.v": moverVerilog.replace("M00_WVALID  <= 1'b1;", ""),
  "waits.hil.ts": `import { test } from "hilt";
test("waits", async ({ link, host, adapter }) => {
  const [from, to] = [host.allocate({ lengthBytes: 4 }), host.allocate({ lengthBytes: 4 })];
  await using source = await adapter.map(from.mdl, { writeToDevice: true });
  await using destination = await adapter.map(to.mdl, { writeToDevice: false });
  link.writeRegister(0, Number(source.elements[0].address));
  link.writeRegister(4, Number(destination.elements[0].address));
  link.writeRegister(8, 1);
  await link.idle(1000);
});
`,
});

function run(name: string): RunResult {
  const { stdout, stderr } = project.hilt("run", "--target", name, "--profile", "32-bit-device", "--json");
  expect(stdout, stderr).not.toBe("");
  return JSON.parse(stdout) as RunResult;
}

test("a wait that is too long is a stall, by a code of its own, with what waits and where", () => {
  const [bench] = run("limited").benches;
  expect(bench?.problems.map(({ code }) => code)).toEqual(["E_STALL"]);
  expect(bench?.problems[0]?.message).toMatch(
    /^the device lets the bus wait, AXI_W_MISSING at logical 0x[0-9a-f]{16} in cycle \d+.*: A write address was taken, and its data do not come$/,
  );
  const { stdout } = project.hilt("journal", "show", bench?.facts?.journal as string);
  expect(stdout).toMatch(/STALL: AXI_W_MISSING at logical/);
});

test("where it may wait for ever, the test passes, and a burst that is open at its end is reported", () => {
  const [bench] = run("patient").benches;
  expect(bench?.problems).toEqual([]);
  expect(bench?.facts?.warnings?.join("\n")).toMatch(
    /^1 write burst is open at the end of the test, the oldest at logical 0x[0-9a-f]{16} since cycle \d+$/,
  );
});
