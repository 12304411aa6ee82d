import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BenchResult, RunResult } from "../../src/report/run-result.ts";
import { env, hiltPath, projectOf } from "./user-project.ts";

const IMPORTS =
  'import { describe, expect, test } from "hilt";\nimport { afterAll, beforeAll } from "vitest";\n';

const project = projectOf({
  "spins.hil.ts": `${IMPORTS}test("first passes", () => {});
test("first fails", () => { expect(1).toBe(2); });
test.skip("left out", () => {});
test("skips itself", ({ skip }) => { skip(); });
describe("in a group", () => {
  test("spins", { timeout: 1000 }, () => { console.log("last words"); for (;;); });
  test("after it", () => {});
});
test("after all", () => { expect(1).toBe(2); });
test("after all", () => {});
test.todo("later");
`,
  "dies.hil.ts": `${IMPORTS}test("passes", () => {});
test("dies", () => { process.kill(process.pid, "SIGKILL"); for (;;); });
test("never", () => {});
`,
  "hooks.hil.ts": `${IMPORTS}describe("prepared", () => {
  beforeAll(() => { throw new RangeError("no such place"); });
  test("not prepared", () => {});
});
test("passes", () => {});
afterAll(() => { throw new Error("cannot tidy up", { cause: new Error("it is gone") }); });
`,
  "prints.hil.ts": `${IMPORTS}import { execSync } from "node:child_process";
console.log("while loading");
beforeAll(() => console.log("in a hook"));
afterAll(() => console.warn("in the last hook"));
test("passes", async ({ link }) => {
  console.log("an object", { a: 1 });
  process.stdout.write("straight\\n");
  await link.idle(10);
  console.error("to stderr");
  execSync("echo from a child", { stdio: "inherit" });
});
test("fails", () => {
  console.log("\\u001b[31mred\\u001b[0m, \\u0007 and \\u001b]0;title");
  expect(1).toBe(2);
});
test("prints much", () => {
  for (let line = 0; line < 40_000; line++) console.log("line " + line);
});
`,
  "orphans.hil.ts": `${IMPORTS}const later = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
function helper(): void { setTimeout(() => { throw new RangeError("from a helper"); }, 5); }
test("rejects", async () => {
  setTimeout(() => { throw new Error("later still"); }, 30);
  void Promise.reject(new TypeError("lost"));
});
test("checks later", async ({ link }) => {
  link.readRegister(0).then((value) => expect(value).toBe(1));
});
test("forgets a transfer", async ({ host, device }) => {
  device.hostToCard(host.allocate({ lengthBytes: 5 }));
});
test("forgets to wait", async ({ link }) => {
  link.idle(1000);
});
test("forgets one that fails", async ({ host, device, link }) => {
  device.cardToHost(host.allocate({ lengthBytes: 100 }), { cardAddress: 0x20000 - 50 });
  await link.idle(5000);
});
test("waits for one of two that fails", async ({ host, device }) => {
  await Promise.all([
    device.hostToCard(host.allocate({ lengthBytes: 100 })),
    device.hostToCard(host.allocate({ lengthBytes: 100 }), { cardAddress: 0x20000 - 50 }),
  ]);
});
test("calls a helper", async () => {
  helper();
  await later(50);
});
test("fails for itself", async ({ host, device }) => {
  device.hostToCard(host.allocate({ lengthBytes: 5 }));
  expect(1).toBe(2);
});
test("is left alone", async () => {
  process.once("unhandledRejection", () => {});
  void Promise.reject(new Error("expected"));
});
`,
  // Each on a line of its own.
  "forgotten.hil.ts": `${IMPORTS}
test("reset", async ({ device }) => {
  device.reset();
});
test("reset of a busy device", async ({ host, device }) => {
  device.hostToCard(host.allocate({ lengthBytes: 90_000 })).catch(() => {});
  device.reset();
});
test("end", async ({ device }) => {
  device[Symbol.asyncDispose]();
});
test("list", async ({ link }) => {
  link.perform([{ kind: "wait", limitCycles: 1000 }]);
});
test("wait", async ({ link }) => {
  link.waitForInterrupt(1000);
});
test("listener", async ({ link }) => {
  link.listen().wait(1000);
});
test("read", async ({ link }) => {
  link.readRegister(0);
});
test("read of a register by its name", async ({ device }) => {
  device.registers.global.read("SCRATCH");
});
`,
});

describe("verdicts", () => {
  const { status, stdout } = project.hilt(
    "run",
    "spins.hil.ts",
    "dies.hil.ts",
    "hooks.hil.ts",
    "--junit",
    "out.xml",
  );
  const folder = /^run: +(\S+)$/m.exec(stdout)?.[1] ?? "";
  const { benches, problems } = JSON.parse(
    readFileSync(join(project.path, ".hilt/runs", folder, "result.json"), "utf8"),
  ) as RunResult;
  const xml = readFileSync(join(project.path, "out.xml"), "utf8");
  const verdictsOf = (file: string): string[] =>
    benches.filter((bench) => bench.file === file).map((bench) => `${bench.verdict}: ${bench.name}`);

  test("of a file whose process ends: those before it, the loss, and none for those after it", () => {
    expect(verdictsOf("spins.hil.ts")).toEqual([
      "passed: first passes",
      "failed: first fails",
      "skipped: left out",
      "skipped: skips itself",
      "failed: in a group > spins",
      "not run: in a group > after it",
      "not run: after all",
      "not run: after all",
      "skipped: later",
    ]);
    expect(verdictsOf("dies.hil.ts")).toEqual(["passed: passes", "failed: dies", "not run: never"]);
    const spins = benches.find(({ name }) => name === "in a group > spins");
    expect(spins?.problems[0]?.message).toMatch(/^did not end within 1 s and did not wait/);
    expect(spins?.output).toBe("last words");
    expect(status).toBe(1);
  });

  test("of tests that a hook was to prepare; a hook that fails is not a file that cannot be loaded", () => {
    expect(verdictsOf("hooks.hil.ts").sort()).toEqual(["not run: prepared > not prepared", "passed: passes"]);
    expect(problems.map(({ code, message }) => `${code} ${message}`).sort()).toEqual([
      "E_HOOK hooks.hil.ts: a hook failed: RangeError: no such place",
      "E_HOOK hooks.hil.ts: a hook failed: cannot tidy up\n  caused by it is gone",
    ]);
  });

  test("are the same on the terminal and in JUnit", () => {
    expect(stdout).toMatch(/^not run spins\.hil\.ts > after all: its process ended$/m);
    expect(stdout).toMatch(/^warning: spins\.hil\.ts: 2 tests are called "after all": they draw the same/m);
    expect(stdout).toMatch(/^not run hooks\.hil\.ts > prepared > not prepared: a hook before it failed$/m);
    expect(stdout).toMatch(/^benches: {5}3 passed, 3 failed, 3 skipped, 5 not run in /m);
    expect(xml).toContain('<testsuite name="spins.hil.ts" tests="9" failures="2" errors="3" skipped="3"');
    expect(xml).toContain('<error type="not run" message="not run: its process ended"/>');
  });
});

describe("what is printed", () => {
  const json = project.hilt("run", "prints.hil.ts", "--json");
  const result = JSON.parse(json.stdout) as RunResult;
  const outputOf = (name: string): BenchResult["output"] =>
    result.benches.find((bench) => bench.name === name)?.output;

  test("stands at its test in the order in which it came, and never in the JSON's way", () => {
    expect(outputOf("passes")).toBe("an object { a: 1 }\nstraight\nto stderr\nfrom a child");
    expect(result.output).toEqual([
      { file: "prints.hil.ts", text: "while loading\nin a hook\nin the last hook" },
    ]);
  });

  test("is shown under a test that failed, without power over the terminal; all of it with --verbose", () => {
    expect(json.stderr).toContain("    printed:\n      red, \\x07 and \\x1b]0;title\n");
    expect(json.stderr).not.toContain("straight");
    expect(json.stderr).toContain("printed by prints.hil.ts outside of its tests:\n      while loading\n");
    const verbose = project.hilt("run", "prints.hil.ts", "--verbose", "--test=passes").stdout;
    expect(verbose).toContain("    printed:\n      an object { a: 1 }\n      straight\n");
  });

  test("that cannot be written is an error of the machine", () => {
    const command = `"${process.execPath}" "${hiltPath}" run prints.hil.ts --test=passes > /dev/full`;
    const { status, stderr: words } = spawnSync("sh", ["-c", command], {
      ...{ cwd: project.path, encoding: "utf8", env },
    });
    expect(words).toMatch(/^hilt: the system refused: ENOSPC: .* \[ENOSPC\]\n$/);
    expect(status).toBe(3);
  });

  test("is cut in the middle when it is long, and says by how much", () => {
    const text = outputOf("prints much") ?? "";
    expect(text.slice(0, 20)).toMatch(/^line 0\nline 1\n/);
    expect(text.match(/^\[.*\]$/m)?.[0]).toMatch(/^\[363,354 bytes of 428,890 are left out here\]$/);
    expect(text.endsWith("line 39999")).toBe(true);
    expect(text.length).toBeLessThan(70_000);
  });
});

describe("what nobody awaited", () => {
  const { status, stdout, stderr } = project.hilt("run", "orphans.hil.ts", "--json");
  const { benches, problems } = JSON.parse(stdout) as RunResult;
  const forgotten = JSON.parse(project.hilt("run", "forgotten.hil.ts", "--json").stdout) as RunResult;
  const reported = (name: string): string[] => {
    const bench = benches.find((one) => one.name === name);
    const all = bench?.problems.map(({ code, message, place }) => `${code} ${place} ${message}`);
    return [bench?.verdict ?? "lost", ...(all ?? [])];
  };

  test("fails the test that started it, though that had passed, with the line", () => {
    expect(reported("rejects")).toEqual([
      "failed",
      "E_NOT_AWAITED orphans.hil.ts:7 nobody awaited or caught this: TypeError: lost",
      "E_NOT_AWAITED orphans.hil.ts:6 nobody awaited or caught this: later still",
    ]);
    expect(reported("checks later")).toEqual([
      "failed",
      expect.stringMatching(
        "^E_NOT_AWAITED orphans.hil.ts:10 nobody awaited or caught this: expected 14142856",
      ),
    ]);
    expect(reported("forgets one that fails")).toEqual([
      "failed",
      expect.stringMatching(/^E_NOT_AWAITED orphans\.hil\.ts:19 .* c2h: CARD_RANGE .*\(E_TRANSFER\)$/),
    ]);
    expect(stderr).toMatch(
      /^failed {2}orphans\.hil\.ts > rejects, after its end\n {4}nobody awaited or caught/m,
    );
    expect(status).toBe(1);
  });

  test("is a transfer or a wait that had not ended with its test", () => {
    const words = (what: string) => `${what} was started and never awaited: the test ended before it`;
    expect(reported("forgets a transfer")).toEqual([
      "failed",
      `E_NOT_AWAITED orphans.hil.ts:13 ${words("device.hostToCard")}`,
    ]);
    expect(reported("forgets to wait")).toEqual([
      "failed",
      `E_NOT_AWAITED orphans.hil.ts:16 ${words("link.idle")}`,
    ]);
  });

  test("is any call of a fixture that nobody awaited, also one that has ended with its test", () => {
    const found = forgotten.benches.map(({ name, problems: [problem] }) => [
      name,
      problem?.place,
      problem?.message,
    ]);
    const ending = " was started and never awaited: the test ended before it";
    expect(found).toEqual([
      ["reset", "forgotten.hil.ts:5", `device.reset${ending}`],
      ["reset of a busy device", "forgotten.hil.ts:9", `device.reset${ending}`],
      ["end", "forgotten.hil.ts:12", `the end of device${ending}`],
      ["list", "forgotten.hil.ts:15", `link.perform${ending}`],
      ["wait", "forgotten.hil.ts:18", `link.waitForInterrupt${ending}`],
      ["listener", "forgotten.hil.ts:21", `the wait of a listener${ending}`],
      ["read", "forgotten.hil.ts:24", `link.readRegister${ending}`],
      ["read of a register by its name", "forgotten.hil.ts:27", `link.readRegister${ending}`],
    ]);
  });

  test("is not what a failure has cut off, nor what the bench handles itself", () => {
    expect(reported("fails for itself")).toEqual([
      "failed",
      expect.stringMatching("^E_ASSERTION orphans.hil.ts:34 "),
    ]);
    expect(reported("is left alone")).toEqual(["passed"]);
  });

  test("fails the run, with file, line and the test that ran, where its place is in no test", () => {
    expect(reported("calls a helper")).toEqual(["passed"]);
    expect(problems.map(({ place, message }) => `${place} ${message}`)).toEqual([
      'orphans.hil.ts:4 orphans.hil.ts: while "calls a helper" ran, nobody awaited or caught this: RangeError: from a helper',
    ]);
  });

  test("a transfer that fails has its place in the bench, also in Promise.all", () => {
    expect(reported("waits for one of two that fails")).toEqual([
      "failed",
      expect.stringMatching("^E_TRANSFER orphans.hil.ts:25 h2c: CARD_RANGE"),
    ]);
  });
});
