import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { Comparison } from "../../src/report/compare-targets.ts";
import { env, hiltPath, projectOf } from "./user-project.ts";

/** Names with commas, spaces and what XML has for itself. */
const config = `const wasm = { link: "simulator", engine: "wasm" };
export default { targets: {
  wasm,
  "slow, ü": { ...wasm, harness: { readLatency: 9 } },
  "<c>": wasm,
  broken: { link: "simulator", engine: "verilator", verilator: "/nowhere/verilator" },
} };
`;

const project = projectOf({
  "hilt.config.ts": config,
  "a.hil.ts": `import { expect, test } from "hilt";
test("is alike", () => {});
test("is alike", () => {});
test("differs", ({ link }) => { expect(link.name).not.toBe("slow, ü"); });
`,
  "some.hil.ts": `import { test } from "hilt";
test("leaves itself out", ({ link, skip }) => { if (link.name === "<c>") skip("not on c"); });
`,
  "waits.hil.ts": `import { writeFileSync } from "node:fs";
import { test } from "hilt";
test("waits on the second", async ({ link }) => {
  if (link.name !== "slow, ü") return;
  writeFileSync("began", "");
  for (;;) await link.idle(100_000);
});
`,
});

test("targets that there are not are all named before anything runs", () => {
  const { status, stderr } = project.hilt("run", "--target", "wasm,c, ,toString", "--target=broken,d");
  expect(stderr).toContain('--target: no targets c, " ", toString, d; there is wasm, slow, ü, <c>, broken [');
  expect(status).toBe(2);
  expect(project.hilt("build", "wasm", "a,wasm").stderr).toContain("no target a; there is");
  for (const folder of ["runs", "models"])
    expect(existsSync(join(project.path, ".hilt", folder))).toBe(false);
});

test("a target that cannot be built does not keep the others from it", () => {
  const { status, stdout, stderr } = project.hilt("build", "broken,wasm");
  expect(stdout).toMatch(/^target broken: not built\ntarget wasm: device model (built|was in)/);
  expect(stderr).toMatch(/^hilt: the target's Verilator, .* \[E_TOOL\]\nhint: /);
  expect(status).toBe(3);
});

test("an option that is given twice is refused, not guessed", () => {
  for (const [option, a, b] of [["--waves", "on", "off"] as const, ["--test", "x", "y"] as const]) {
    const { status, stderr } = project.hilt("run", option, a, option, b);
    expect(stderr).toContain(`hilt: ${option} is given 2 times: ${a}, ${b} [E_COMMAND_LINE]\n`);
    expect(status).toBe(2);
  }
});

test("several targets: one that cannot be prepared hides nothing, and what differs is a matrix in each report", () => {
  const words = ["--target", "wasm", "--target", "slow, ü", "--target=<c>,broken,wasm"];
  const { status, stdout, stderr } = project.hiltIn(
    { CI: "true", GITHUB_ACTIONS: "true" },
    ...["run", "a.hil.ts", "some.hil.ts", ...words, "--json", "--junit", "out.xml"],
  );
  const { results, notRun, tests, differences } = JSON.parse(stdout) as Comparison;
  expect(results.map(({ target, benches, problems }) => [target, benches.length, problems[0]?.code])).toEqual(
    [
      ["wasm", 4, undefined],
      ["slow, ü", 4, undefined],
      ["<c>", 4, undefined],
      ["broken", 0, "E_TOOL"],
    ],
  );
  expect([notRun, tests]).toEqual([[], 4]);
  expect(differences).toEqual([
    expect.objectContaining({ name: "differs", ran: 3, of: 4 }),
    {
      ...{ file: "some.hil.ts", name: "leaves itself out", seed: "0x1", ran: 2, of: 4 },
      targets: [
        { target: "wasm", verdict: "passed" },
        { target: "slow, ü", verdict: "passed" },
        { target: "<c>", verdict: "skipped", reason: "not on c" },
      ],
    },
  ]);
  // The greatest of 0, 1, 0 and 3.
  expect(status).toBe(3);
  const end = stderr.slice(stderr.indexOf("\ntargets:\n"), stderr.indexOf("::error"));
  expect(end.replace(/run \d{8}-\d{6}/g, "run")).toBe(`
targets:
  wasm     PASSED: 4 passed (run-wasm)
  slow, ü  FAILED: 3 passed, 1 failed (run-slow-)
  <c>      PASSED: 3 passed, 1 skipped (run--c-)
  broken   FAILED: no test ran: the target's Verilator, /nowhere/verilator, is no program [E_TOOL] (run-broken)
differences:
  wasm    slow, ü  <c>
  passed  failed   passed   a.hil.ts > differs: ran on 3 of 4 targets
  passed  passed   skipped  some.hil.ts > leaves itself out: ran on 2 of 4 targets
      skipped on <c>: not on c
tests:       4, of which 2 differ between targets
FAILED
`);
  expect(stderr).toContain("::error file=a.hil.ts,line=4,title=E_ASSERTION on slow%2C ü::");
  expect(stderr).toContain("::error title=E_TOOL on broken::the target's Verilator");
  const xml = readFileSync(join(project.path, "out.xml"), "utf8");
  const suites = [...xml.matchAll(/<testsuite name="([^"]*)" tests="(\d)"/g)];
  // Files of one target end in any order where several workers run them.
  expect(suites.map(([, name, many]) => `${name} ${many}`).sort()).toEqual(
    [
      ...["a.hil.ts [wasm] 3", "some.hil.ts [wasm] 1", "a.hil.ts [slow, ü] 3", "some.hil.ts [slow, ü] 1"],
      ...["a.hil.ts [&lt;c&gt;] 3", "some.hil.ts [&lt;c&gt;] 1", "run [broken] 1"],
    ].sort(),
  );
  const cases = [...xml.matchAll(/<testcase (classname="[^"]*" name="[^"]*")/g)].map(([, one]) => one);
  expect(new Set(cases).size).toBe(13);
  expect(xml).toContain('<skipped message="not on c"/>');
  for (const { id, target } of results) {
    const kept = readFileSync(join(project.path, ".hilt/runs", id, "result.json"), "utf8");
    expect((JSON.parse(kept) as { target: string }).target).toBe(target);
  }
});

test("targets that agree pass together", () => {
  const { status, stdout } = project.hilt("run", "a.hil.ts", "--test=is alike", "--target", "wasm,<c>");
  expect(stdout).toMatch(/\ntests: {7}2, of which none differs between targets\nPASSED\n$/);
  expect(status).toBe(0);
});

test("--fail-fast ends with the first target that fails", () => {
  const words = ["--target", "slow, ü", "--target", "wasm,<c>", "--fail-fast", "--json", "--junit", "ff.xml"];
  const { status, stdout, stderr } = project.hilt("run", "a.hil.ts", ...words);
  const { results, notRun } = JSON.parse(stdout) as Comparison;
  const reason = "the run ended with the first failure, on slow, ü";
  expect(results.map(({ target }) => target)).toEqual(["slow, ü"]);
  expect(notRun).toEqual([
    { target: "wasm", reason },
    { target: "<c>", reason },
  ]);
  expect(stderr).toContain(`\n  <c>      not run: ${reason}\n`);
  expect(readFileSync(join(project.path, "ff.xml"), "utf8")).toContain(
    `classname="run [wasm]" name="not run"><error type="not run" message="not run: ${reason}"/>`,
  );
  expect(status).toBe(1);
});

test("Ctrl-C in the middle: what ran is told, and what did not", async () => {
  const words = ["waits.hil.ts", "--target", "wasm", "--target", "slow, ü", "--target", "<c>", "--json"];
  const child = spawn(process.execPath, [hiltPath, "run", ...words], { cwd: project.path, env });
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (data: Buffer) => {
      text[stream] += data.toString();
    });
  const ended = new Promise((resolve) => child.on("close", resolve));
  await vi.waitUntil(() => existsSync(join(project.path, "began")), { timeout: 60_000, interval: 20 });
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  const { results, notRun, differences } = JSON.parse(text.stdout) as Comparison;
  expect(results.map(({ benches }) => benches.map(({ verdict }) => verdict))).toEqual([
    ["passed"],
    ["not run"],
  ]);
  expect(notRun).toEqual([{ target: "<c>", reason: "the run was interrupted" }]);
  expect(differences.map(({ ran, of }) => `${ran} of ${of}`)).toEqual(["1 of 3"]);
  expect(text.stderr.trimEnd().endsWith("\nINTERRUPTED")).toBe(true);
  expect(readdirSync(join(project.path, ".hilt/workers"))).toEqual([]);
});

test("a command with more targets than runs are kept keeps its own, and the next one deletes them", () => {
  const names = Array.from({ length: 23 }, (_, index) => `t${index}`);
  const broken = '{ link: "simulator", engine: "verilator", verilator: "/nowhere/verilator" }';
  const many = projectOf({
    "hilt.config.ts": `export default { targets: { ${names.map((name) => `${name}: ${broken}`).join(", ")} } };`,
    "a.hil.ts": `import { test } from "hilt";\ntest("is not run", () => {});\n`,
  });
  const kept = () => readdirSync(join(many.path, ".hilt/runs"));
  const { stdout } = many.hilt("run", "--json", "--target", names.join(","));
  const { results } = JSON.parse(stdout) as Comparison;
  expect(kept().sort()).toEqual(results.map(({ id }) => id).sort());
  expect(kept()).toHaveLength(23);
  many.hilt("run", "--target", "t0,t1");
  expect(kept()).toHaveLength(20);
});
