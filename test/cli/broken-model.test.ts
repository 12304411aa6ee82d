import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { describeJournal } from "../../src/journal/describe-journal.ts";
import type { RunResult } from "../../src/report/run-result.ts";
import { moverBinding } from "../system/foreign/mover.ts";
import { readJournal } from "../unit/journal/whole-journal.ts";
import { projectOf } from "./user-project.ts";

const source = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`faulty/${name}`, import.meta.url)), "utf8");

const device = { ...moverBinding, top: "faulty", files: ["faulty.sv", "faulty.cpp"] };
const target = { link: "simulator", engine: "verilator", device };
const config = `export default ${JSON.stringify({ targets: { faulty: target } })};\n`;

/** Two tests: the first passes, the second asks for the fault, behind what else it does. */
const bench = (fault: number, before = ""): string => `import { expect, test } from "hilt";
test("before", async ({ link }) => {
  link.writeRegister(0, 5);
  expect(await link.readRegister(0)).toBe(5);
});
test("fault", async ({ link }) => {
  link.writeRegister(0, 5);
  expect(await link.readRegister(0)).toBe(5);
  ${before}
  link.writeRegister(12, ${fault});
  await link.idle(100);
});
`;

/** By the number that is written: the code, the blame and the words of the verdict. */
const faults: Readonly<Record<number, readonly [code: string, blame: string, words: RegExp]>> = {
  1: ["E_SIMULATION_ENDED", "product", /faulty\.sv:\d+: (error|fatal) in cycle \d+ .*the design gives up/],
  2: ["E_SIMULATION_ENDED", "product", /faulty\.sv:\d+: error in cycle \d+ .*the design complains/],
  3: ["E_SIMULATION_ENDED", "product", /faulty\.sv:\d+: assert in cycle \d+/],
  4: ["E_SIMULATION_ENDED", "product", /faulty\.sv:\d+: finish in cycle \d+/],
  5: ["E_MODEL_STALLED", "product", /never finished the cycle after its cycle \d+: an endless loop/],
  6: ["E_MODEL_CRASHED", "environment", /crashed after its cycle \d+ with SIGSEGV/],
  8: ["E_MODEL_CRASHED", "environment", /crashed after its cycle \d+ with SIGABRT/],
  9: ["E_WORKER_LOST", "environment", /the process that ran it \(\d+\) ended before it did/],
  10: ["E_TOOL", "environment", /std::(bad_alloc|length_error)|vector|memory/],
};

const ENDS_PROCESS = ["E_MODEL_STALLED", "E_MODEL_CRASHED", "E_WORKER_LOST"];

test("a model that ends, crashes or never ends costs its test the verdict, with cause and last events, and nothing else", () => {
  const files = Object.fromEntries(
    Object.keys(faults).map((fault) => [`fault-${fault}.hil.ts`, bench(Number(fault))]),
  );
  const project = projectOf({
    ...files,
    "busy.hil.ts": bench(6, "link.writeRegister(0, 0x40); link.writeRegister(8, 1);"),
    "says.hil.ts": bench(11, 'console.log("from the bench");'),
    ...{ "good.hil.ts": bench(0), "hilt.config.mjs": config },
    ...{ "faulty.sv": source("faulty.sv"), "faulty.cpp": source("faulty.cpp") },
  });
  const { status, stdout, stderr } = project.hilt("run", "--json", "--timeout", "60");
  expect(stderr).not.toContain("a bug of hilt");
  const { benches, problems } = JSON.parse(stdout) as RunResult;
  const verdictOf = (file: string, name: string) =>
    benches.find((one) => one.file === file && one.name === name);
  expect(verdictOf("good.hil.ts", "fault")?.verdict).toBe("passed");
  for (const [fault, [code, blame, words]] of Object.entries(faults)) {
    const file = `fault-${fault}.hil.ts`;
    const failed = verdictOf(file, "fault");
    expect(failed?.verdict, `${file}: ${stderr}`).toBe("failed");
    expect(failed?.problems[0], file).toMatchObject({ code, blame });
    expect(failed?.problems[0]?.message, file).toMatch(words);
    // What crossed the link up to that point is kept, whatever became of the process.
    expect(failed?.facts?.lastEvents.join("\n"), file).toContain("writes register 0x000c");
    const journal = readFileSync(join(project.path, failed?.facts?.journal as string));
    const { entries, isLost, torn } = readJournal(file, journal);
    expect({ isLost, torn }, file).toEqual({ isLost: ENDS_PROCESS.includes(code), torn: 0 });
    expect(describeJournal(entries), file).toEqual(failed?.facts?.lastEvents);
    expect(verdictOf(file, "before")?.verdict, file).toBe("passed");
  }
  // Before the next word of the bench stands all that C++ and the design have said, in whole runs of the engine.
  const said = verdictOf("says.hil.ts", "fault");
  expect(said?.verdict).toBe("passed");
  expect(said?.output).toMatch(/^from the bench\nfrom C, from C\+\+\nand on/);
  expect(said?.output).toMatch(
    /\$display in cycle \d+: the design says 11\nfaulty\.sv:\d+: \$info in cycle \d+: the/,
  );
  expect(said?.facts?.warnings).toEqual([
    expect.stringMatching(/^faulty\.sv:\d+: \$warning in .*: the design warns$/),
  ]);
  // With what the device did since the host looked last.
  const events = verdictOf("busy.hil.ts", "fault")?.facts?.lastEvents.slice(-2).join("\n");
  expect(events).toMatch(/device reads 4 bytes at logical 0x0+40.*\n.*FAULT: read of logical 0x0+40/);
  expect(problems.map(({ message }) => message)).toEqual([]);
  expect(status).not.toBe(0);
  const crash = project.hilt("run", "fault-6.hil.ts");
  expect(crash.status).toBe(3);
  expect(crash.stdout).toContain("E_MODEL_CRASHED");
  // So a journal that was to be whole has it, too, with the bytes.
  const whole = project.hilt("run", "busy.hil.ts", "--journal", "whole").stdout;
  const [, left = "none"] = /^ {4}journal: (.*fault\.journal), not complete$/m.exec(whole) ?? [];
  const { entries: all, isLost, isComplete } = readJournal(left, readFileSync(join(project.path, left)));
  expect({ isLost, isComplete }).toEqual({ isLost: true, isComplete: false });
  expect(describeJournal(all).slice(-2).join("\n")).toBe(events);
  expect(project.hilt("run", "fault-4.hil.ts").status).toBe(1);
});
