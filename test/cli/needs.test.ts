import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Traits } from "../../src/bus/traits.ts";
import type { Comparison } from "../../src/report/compare-targets.ts";
import type { RunResult } from "../../src/report/run-result.ts";
import { moverBinding, moverVerilog } from "../system/foreign/mover.ts";
import { projectOf } from "./user-project.ts";

/** The second one's interrupt has no level, the third one's device is not ours. */
const RISES = 'rises, <ü> "&"';
const project = projectOf({
  "hilt.config.ts": `const wasm = { link: "simulator", engine: "wasm" };
export default { targets: {
  wasm,
  ${JSON.stringify(RISES)}: { ...wasm, interrupts: "message" },
  mover: { ...wasm, signals: ["device.from", "device.w*"], device: ${JSON.stringify({ ...moverBinding, files: ["mover.v"] })} },
} };
`,
  "mover.v": moverVerilog,
  "needs.hil.ts": `import { beforeAll } from "vitest";
import { describe, expect, test } from "hilt";
const never = () => { throw new Error("it ran"); };
test("plain", () => {});
test.needs("level", "stepped")("level", ({ link }) => expect(link.traits.interrupts).toBe("level"));
test.needs("wall", "errors")("wall", never);
test.needs("signals")("inside", async ({ link }) => {
  const before = link.clock.cycle;
  expect(link.signals!.names).toEqual(["device.from", "device.word", "device.write"]);
  link.writeRegister(0, 0x8765_4320);
  link.signals!.read("device.from");
  expect(link.clock.cycle).toBe(before);
  expect(await link.readRegister(0)).toBe(0x8765_4320);
  expect(link.signals!.read("device.from")).toBe(0x8765_4320n);
  expect(() => link.signals!.read("device.form")).toThrow("signal device.form: no such signal is kept; near it: device.from, device.word");
});
test.needs("rings", { "card-bytes": 4096 })("ours", ({ device }) => expect(device.identity.cardMemoryBytes).toBeGreaterThan(4095));
test.needs({ "card-bytes": 2 ** 30 })("big", never);
test.needs({ "card-bytes": 2 ** 30 }).fails("big and fails", never);
test.needs("level").fails("fails", never);
test.needs("level").each([1, 2])("case %i", (one) => expect(one).toBeLessThan(3));
test.needs("wall").for([[7]])("for %i", never);
test.needs("wall").skip("left out", never);
test.needs("wall").todo("later");
test.needs("wall").skipIf(false)("if", never);
const named = test.extend<{ label: string }>({ label: async ({ link }, use) => use(link.name) });
named.needs("driver")("extended", ({ label }) => expect(label).not.toBe("mover"));
describe.needs("wall")("a group", () => {
  beforeAll(never);
  test("in it", never);
  describe.needs("level")("a group in it", () => { test.needs("errors")("deep", never); });
});
describe.needs("driver")("of two", () => {
  describe.needs("level")("needs", () => { test.needs("errors")("all of them", () => {}); });
});
describe.needs({ "card-bytes": 2 ** 30 })("of a big card", () => { describe("and", () => { test("in it", never); }); });
describe.needs("driver").each([["a"], ["b"]])("group %s", () => { test("each", () => {}); });
describe.skip("skipped", () => { describe.skip("twice", () => { test("is skipped", never); }); });
`,
  "dies.hil.ts": `import { test } from "hilt";
test("dies", () => { process.kill(process.pid, "SIGKILL"); for (;;); });
test.needs("wall")("left out after it", () => {});
`,
  "wall.hil.ts": `import { describe, test } from "hilt";
test.needs("wall")("one", () => {});
describe.needs("wall", "stepped")("group", () => { test("two", () => {}); });
test.needs({ "card-bytes": 2 ** 30 })("three", () => {});
`,
  "wrong.hil.ts":
    'import { test } from "hilt";\ntest("fine", () => {});\ntest.needs("walls")("x", () => {});\n',
  "only.hil.ts": `import { beforeAll } from "vitest";
import { describe, test } from "hilt";
const never = () => { throw new Error("it ran"); };
test("another", never);
test.needs("wall").only("chosen", never);
test.only.needs("stepped")("chosen, too", () => {});
describe("group", () => {
  beforeAll(never);
  test.needs("wall").only("chosen", never);
});
describe.needs("wall").only("chosen group", () => {
  beforeAll(never);
  test("inner", never);
});
`,
});

const wall = (target: string): string => `needs wall: target ${target} runs in stepped time`;
const inside = (target: string): string =>
  `needs signals: target ${target} does not show the design's insides`;
const level = 'needs level: target rises, <ü> "&" sees that the interrupt rises, not that it is high';
/** Tests for which the card is too small. */
const bigs = ["big", "big and fails", "of a big card > and > in it"];
const foreign = (need: string): string =>
  `needs ${need}: the device of target mover is not hilt's DMA controller`;
const big = (target: string): string =>
  `needs card-bytes 1,073,741,824: the device of target ${target} has 131,072`;

describe("benches with needs on three targets", () => {
  const { status, stdout, stderr } = project.hiltIn(
    { CI: "true", GITHUB_ACTIONS: "true" },
    ...["run", "needs.hil.ts", "--target", "wasm", "--target", RISES, "--target", "mover", "--json"],
    ...["--junit", "out.xml"],
  );
  const { results, differences } = JSON.parse(stdout) as Comparison;
  const told = (index: number): string[] =>
    (results[index] as RunResult).benches
      .map(({ name, verdict, reason = "" }) => `${verdict}: ${name}: ${reason}`)
      .filter((line) => !/(passed): .*: $/.test(line))
      .sort();
  const left = (target: string, ...more: string[]): string[] =>
    [
      `skipped: wall: ${wall(target)}`,
      `skipped: for 7: ${wall(target)}`,
      `skipped: if: ${wall(target)}`,
      ...["skipped: left out: ", "skipped: later: ", "skipped: skipped > twice > is skipped: "],
      ...(target === "mover" ? [] : [`skipped: inside: ${inside(target)}`]),
      `skipped: a group > in it: ${wall(target)}`,
      `skipped: a group > a group in it > deep: ${wall(target)}`,
      ...more,
    ].sort();

  test("run where they are met, and are skipped with the reason where not, before or after the device was opened", () => {
    expect(status, stderr).toBe(0);
    expect(told(0)).toEqual(left("wasm", ...bigs.map((name) => `skipped: ${name}: ${big("wasm")}`)));
    const levels = ["level", "fails", "case 1", "case 2", "of two > needs > all of them"];
    expect(told(1)).toEqual(
      left(
        RISES,
        ...levels.map((name) => `skipped: ${name}: ${level}`),
        ...bigs.map((name) => `skipped: ${name}: ${big(RISES)}`),
      ),
    );
    expect(told(2)).toEqual(
      left(
        "mover",
        ...bigs.map((name) => `skipped: ${name}: ${foreign("card-bytes 1,073,741,824")}`),
        `skipped: ours: ${foreign("rings")}; ${foreign("card-bytes 4,096")}`,
        `skipped: extended: ${foreign("driver")}`,
        `skipped: of two > needs > all of them: ${foreign("driver")}`,
        ...["a", "b"].map((name) => `skipped: group ${name} > each: ${foreign("driver")}`),
      ),
    );
    // What the target decides is decided before the device is opened.
    const opened = results.map(({ benches }) =>
      benches
        .filter(({ verdict, facts }) => verdict === "skipped" && facts !== undefined)
        .map(({ name }) => name),
    );
    expect(opened).toEqual([bigs, bigs, []]);
  });

  test("are in the matrix, with how many targets they ran on", () => {
    const rows = differences.map(({ name, ran, of }) => `${name}: ${ran} of ${of}`);
    expect(rows).toContain("level: 2 of 3");
    expect(rows).toContain("of two > needs > all of them: 1 of 3");
    expect(rows.filter((row) => /^(plain|wall|big|later)/.test(row))).toEqual([]);
    expect(stderr).toContain(`  skipped on mover: ${foreign("driver")}\n`);
  });

  test("have their reasons in JUnit, on the terminal and as notices", () => {
    const xml = readFileSync(join(project.path, "out.xml"), "utf8");
    const junit = level
      .replaceAll("&", "&amp;")
      .replaceAll('"', "&quot;")
      .replace("<", "&lt;")
      .replace(">", "&gt;");
    expect(xml.split(`<skipped message="${junit}"/>`)).toHaveLength(6);
    expect(xml.match(/<skipped/g)).toHaveLength(
      results.flatMap(({ benches }) => benches).filter(({ verdict }) => verdict === "skipped").length,
    );
    expect(stderr).toContain(`\nskipped needs.hil.ts > a group > in it: ${wall("wasm")}\n`);
    expect(stderr).toContain(
      `::notice title=skipped on mover::${foreign("driver")}%0Aneeds.hil.ts > extended%0Aneeds.hil.ts > of two > needs > all of them%0A`,
    );
  });
});

test("list prints what each target is like, as a table and as JSON", () => {
  const device = `{ ...${JSON.stringify({ ...moverBinding, files: ["mover.v"] })}, parameters: { P: 5n } }`;
  const listed = projectOf({
    "hilt.config.ts": `const wasm = { link: "simulator", engine: "wasm" };
export default { targets: { "two\\nlines": wasm, m: { ...wasm, interrupts: "message", signals: ["device.**"], device: ${device} } } };
`,
    "one.hil.ts": "",
  });
  const { stdout, status } = listed.hilt("list");
  expect(stdout).toContain(`traits:
                             two\\nlines  m
  time                       stepped     stepped
  interrupts                 level       message
  interrupt vectors          1           1
  windows (read/write unit)  8/8 bytes   8/8 bytes
`);
  expect(stdout).toContain("\n  signals inside             no          yes\n");
  expect(status).toBe(0);
  const { targets } = JSON.parse(listed.hilt("list", "--json").stdout) as {
    targets: { name: string; traits: Traits; device?: { parameters: object } }[];
  };
  expect(targets.map(({ name, traits }) => `${name} ${traits.interrupts}`)).toEqual([
    "two\nlines level",
    "m message",
  ]);
  expect(targets[1]?.device?.parameters).toEqual({ P: "5" });
});

test("a run in which every test was skipped is not a pass, and says why", () => {
  const { status, stdout } = project.hilt("run", "wall.hil.ts", "--junit", "none.xml");
  const reasons = [`2: ${wall("wasm")}`, `1: ${big("wasm")}`];
  expect(stdout).toContain(
    `    no test ran: all 3 are skipped [E_NOTHING_RAN]\n${reasons.map((line) => `      ${line}\n`).join("")}`,
  );
  expect(stdout.trimEnd().endsWith("\nFAILED")).toBe(true);
  expect(status).toBe(2);
  expect(readFileSync(join(project.path, "none.xml"), "utf8")).toContain('<error type="E_NOTHING_RAN"');
});

test("a target that meets the needs of no test is not prepared: nobody misses the tool that is not there", () => {
  const card = projectOf({
    "hilt.config.ts": `export default { targets: {
  card: { link: "simulator", engine: "verilator", verilator: "/nowhere/verilator" },
} };
`,
    "wall.hil.ts": `import { describe, test } from "hilt";
console.log("loaded");
test.needs("wall")("one", () => {});
describe.needs("wall", "stepped")("group", () => { test("two", () => {}); });
test.skip("three", () => {});
`,
    "plain.hil.ts": 'import { test } from "hilt";\ntest("one", () => {});\n',
  });
  const { status, stdout } = card.hilt("run", "wall.hil.ts", "--verbose");
  expect(stdout).toContain(
    `skipped wall.hil.ts > group > two: ${wall("card")}\nskipped wall.hil.ts > three\n`,
  );
  expect(stdout).toContain("    printed by wall.hil.ts outside of its tests:\n      loaded\n");
  expect(stdout).toMatch(/^benches: {5}0 passed, 0 failed, 3 skipped in /m);
  expect(status).toBe(2);
  expect(card.hilt("run", "wall.hil.ts", "--test=group > two").stdout).toMatch(/ 0 failed, 1 skipped in /);
  expect(card.hilt("run").status).toBe(3);
});

test("a target on which nothing ran is not a pass of several either, and does not end a run with --fail-fast", () => {
  const words = ["--target", "mover,wasm", "--fail-fast", "--test=ours", "--json"];
  const { status, stdout } = project.hilt("run", "needs.hil.ts", ...words);
  const { results, differences } = JSON.parse(stdout) as Comparison;
  expect(results.map(({ problems }) => problems.map(({ code }) => code))).toEqual([["E_NOTHING_RAN"], []]);
  expect(differences.map(({ ran, of }) => `${ran} of ${of}`)).toEqual(["1 of 2"]);
  expect(status).toBe(2);
});

test("a filter that nothing matches is told by what it was", () => {
  const { stdout } = project.hilt("run", "wall.hil.ts", "--filter", 'z"');
  expect(stdout).toContain('no test ran: none has "z\\"" in its name [E_NOTHING_RAN]\n');
});

test("an unknown word is an error at its line, with the words that there are", () => {
  const { status, stdout } = project.hilt("run", "wrong.hil.ts");
  expect(stdout).toMatch(
    /^ {4}wrong\.hil\.ts: "walls" is not a need; there is stepped, wall, .* \[E_NEED\]$/m,
  );
  expect(stdout).toContain("    at wrong.hil.ts:3\n");
  expect(status).toBe(2);
});

test("a test that is left out keeps its reason when the process of its file is lost", () => {
  const { stdout } = project.hilt("run", "dies.hil.ts");
  expect(stdout).toContain(`\nskipped dies.hil.ts > left out after it: ${wall("wasm")}\n`);
});

test("only chooses among tests, met or not; in CI it is an error of each test that says it", () => {
  const here = project.hiltIn({ CI: undefined }, "run", "only.hil.ts");
  expect(here.stdout).toContain("skipped only.hil.ts > another\n");
  expect(here.stdout).toContain(`skipped only.hil.ts > chosen: ${wall("wasm")}\n`);
  expect(here.stdout).toContain(`skipped only.hil.ts > group > chosen: ${wall("wasm")}\n`);
  expect(here.stdout).toContain(`skipped only.hil.ts > chosen group > inner: ${wall("wasm")}\n`);
  expect(here.stdout).toMatch(/^passed {2}only\.hil\.ts > chosen, too/m);
  expect(here.status).toBe(0);
  const ci = project.hiltIn({ CI: "true" }, "run", "only.hil.ts", "--json");
  const { benches } = JSON.parse(ci.stdout) as RunResult;
  expect(benches.map(({ name, verdict, problems }) => [name, verdict, problems[0]?.code]).sort()).toEqual([
    ["another", "skipped", undefined],
    ["chosen group > inner", "not run", undefined],
    ["chosen, too", "failed", "E_ONLY"],
    ["chosen", "failed", "E_ONLY"],
    ["group > chosen", "failed", "E_ONLY"],
  ]);
  expect(ci.status).toBe(2);
});
