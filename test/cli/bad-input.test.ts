import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunResult } from "../../src/report/run-result.ts";
import { moverBinding, moverVerilog } from "../system/foreign/mover.ts";
import { env, hiltPath, projectOf, type UserProject } from "./user-project.ts";

const empty = 'import { test } from "hilt";\ntest("one", () => {});\n';

test("a bench with a syntax error: its line and column, in plain words", () => {
  const project = projectOf({ "odd.hil.ts": 'import { test } from "hilt";\ntest("x", () => {{);\n' });
  const { status, stdout } = project.hilt("run");
  expect(stdout).toContain("odd.hil.ts: line 2, column 19: Unexpected token [E_BENCH_FILE]\n");
  expect(stdout.trim().endsWith("FAILED")).toBe(true);
  expect(status).toBe(1);
});

test("a bench that spins, sleeps, is killed, imports nothing or has no test: each is told by name, and nothing passes that did not end", () => {
  const project = projectOf({
    "spins.hil.ts": 'import { test } from "hilt";\ntest("spins", () => {\n  for (;;);\n});\n',
    "loads.hil.ts": "for (;;);\n",
    "hooks.hil.ts":
      'import { test } from "hilt";\nimport { beforeAll } from "vitest";\nbeforeAll(() => {\n  for (;;);\n});\ntest("never", () => {});\n',
    "sleeps.hil.ts":
      'import { test } from "hilt";\ntest("sleeps", () => new Promise(() => {}));\ntest("next", () => {});\n',
    "killed.hil.ts":
      'import { test } from "hilt";\ntest("dies", () => {\n  process.kill(process.pid, "SIGKILL");\n  return new Promise(() => {});\n});\n',
    "nothing.hil.ts": 'test("x", () => {});\n',
    "none.hil.ts": "export {};\n",
  });
  const { status, stdout } = project.hilt("run", "--timeout", "2", "--json");
  const { benches, problems } = JSON.parse(stdout) as RunResult;
  expect(status).toBe(1);
  const told = [
    ...benches.map(
      ({ file, name, verdict, problems: own }) => `${verdict} ${file} ${name} ${own[0]?.code ?? ""}`,
    ),
    ...problems.map(({ code, message }) => `${code} ${message}`),
  ];
  const pattern = (text: string): unknown => expect.stringMatching(text);
  expect(told.sort()).toEqual([
    pattern("^E_BENCH_FILE none.hil.ts: No test suite found"),
    pattern("^E_BENCH_FILE nothing.hil.ts: test is not defined"),
    pattern(
      "^E_TEST_TIMEOUT hooks.hil.ts: a hook, or what lies between two tests, did not end within 2 s and",
    ),
    pattern("^E_TEST_TIMEOUT loads.hil.ts: loading the file did not end within 2 s and did not wait"),
    "failed killed.hil.ts dies E_WORKER_LOST",
    "failed sleeps.hil.ts sleeps E_TEST_TIMEOUT",
    "failed spins.hil.ts spins E_TEST_TIMEOUT",
    "not run hooks.hil.ts never ",
    "passed sleeps.hil.ts next ",
  ]);
  expect(readdirSync(join(project.path, ".hilt/workers"))).toEqual([]);
});

describe("a configuration", () => {
  test.each([
    ['{ target: "a" }', /hilt\.config\.ts: target: unknown; there is benches, seed, profile/],
    [
      '{ targets: { a: { link: "smoke", engine: "wasm" } } }',
      /targets\.a\.link: smoke is no link; there is "simulator"/,
    ],
    [
      '{ targets: { a: { link: "simulator", engine: "wasm", harness: { stall: 1 } } } }',
      /targets\.a\.harness\.stall: unknown/,
    ],
    ["{ targets: {} }", /targets: there is none/],
    ["{ seed: 1.5 }", /seed: must be a whole number/],
    ["{ seed: -1 }", /seed: -1 is no whole number/],
    ['{ profile: "vast" }', /profile: no profile vast; there is standard, contiguous/],
    [
      "{ profiles: { p: { banks: [{ base: 0, bytes: 5000 }] } } }",
      /profiles\.p\.banks\[0\]\.bytes: 5000 is not a multiple of a page/,
    ],
    ["{ profiles: { p: { pageBytes: 5000 } } }", /profiles\.p\.pageBytes: 5000 is not a power of two/],
    [
      "{ profiles: { p: { deviceAddressBits: 8 } } }",
      /profiles\.p\.deviceAddressBits: 8 is not between 24 and 64/,
    ],
    ["{ profiles: { p: { scatterGatherLimit: '8' } } }", /scatterGatherLimit: must be a number of elements/],
    [
      "{ profiles: { p: { elementBytes: 30, dmaAlignment: 4 } } }",
      /profiles\.p\.elementBytes: 30 is not a multiple of 4, as dmaAlignment or minimumTransferUnit is 4/,
    ],
    ["{ benches: 3 }", /benches: must be a list of paths/],
  ])("%s", (text, message) => {
    const project = projectOf({ "hilt.config.ts": `export default ${text};\n`, "one.hil.ts": empty });
    const { status, stderr } = project.hilt("run");
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(status).toBe(2);
  });

  test("that is no TypeScript, or exports nothing", () => {
    const project = projectOf({ "hilt.config.ts": "export default {{};\n" });
    const broken = project.hilt("list");
    expect(broken.stderr).toMatch(/hilt\.config\.ts: cannot be loaded: .*\(line 1\) \[E_CONFIG\]$/m);
    expect(broken.stderr.trim().split("\n")).toHaveLength(1);
    expect(broken.status).toBe(2);
  });

  test.each([
    ['import x from "./missing.ts"', /cannot be loaded: Could not resolve '\.\/missing\.ts'/],
    ['import x from "not-there"', /cannot be loaded: Cannot find package 'not-there' \[E_CONFIG\]$/m],
  ])("that does %s", (line, message) => {
    const project = projectOf({ "hilt.config.ts": `${line};\nexport default { seed: x };\n` });
    const { status, stderr } = project.hilt("list");
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(status).toBe(2);
  });

  test("that was good, and says another thing the next time although its text is the same", () => {
    const text = 'export default { seed: 1, [process.env.KEY ?? "profile"]: "standard" };\n';
    const project = projectOf({ "hilt.config.ts": text, "one.hil.ts": empty });
    expect(project.hilt("list").status).toBe(0);
    const { stderr } = project.hiltIn({ KEY: "profil" }, "list");
    expect(stderr).toMatch(/hilt\.config\.ts: profil: unknown; there is benches, seed/);
    expect(project.hilt("list").status).toBe(0);
  });

  test("with a bank that the simulator has no place for", () => {
    const project = projectOf({
      "hilt.config.ts": "export default { profiles: { p: { banks: [{ base: 4096, bytes: 4096 }] } } };\n",
      "one.hil.ts": empty,
    });
    const { status, stdout } = project.hilt("run", "--profile", "p");
    expect(stdout).toMatch(
      /a bank of 4096 bytes at 0x0{12}1000: the simulator has banks of at most 16777216/,
    );
    expect(status).toBe(2);
  });
});

describe("the command line", () => {
  const project = projectOf({ "one.hil.ts": empty });

  test.each([
    [["run", "--profile", "vast"], /--profile: no profile vast; there is standard/],
    [["run", "--repeat", "0"], /--repeat: 0 is no whole number from 1 on/],
    [["run", "--jobs", "many"], /--jobs: many is no whole number/],
    [["run", "--timeout", "-3"], /--timeout: -3 is no whole number/],
    [["run", "--waves", "device.**"], /Invalid values:\s+Argument: waves/],
    [["run", "--waves-from", "100"], /--waves-from needs --waves on or on-failure/],
    [["build", "board"], /no target board; there is wasm/],
    [["cache"], /Say it whole: hilt cache <action>/],
    [["cache", "empty"], /Argument: action, Given: "empty", Choices: "clean"/],
    [["run", "--target", "board"], /--target: no target board; there is wasm/],
    [["run", "--target"], /Not enough arguments following: target/],
    [["run", "--seed", "tomorrow"], /--seed: tomorrow is no whole number from 0 to 2\^64 - 1/],
    [["run", "lost.hil.ts"], /lost\.hil\.ts: no such file or folder/],
    [["run", "--sed", "4"], /Unknown argument: sed/],
    [["sprint"], /Unknown command: sprint/],
    [[], /Say what to do: run, list, waves, journal, build, boards, slot, doctor, init, cache/],
  ])("%o", (args, message) => {
    const { status, stderr } = project.hilt(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(2);
  });
});

describe("a device of one's own", () => {
  const mover = moverVerilog;
  const device = { ...moverBinding, files: ["mover.v"] };

  function projectWith(changes: object, verilog: string = mover): UserProject {
    const target = { link: "simulator", engine: "wasm", device: { ...device, ...changes } };
    return projectOf({
      "hilt.config.ts": `export default { targets: { mover: ${JSON.stringify(target)} } };\n`,
      "mover.v": verilog,
      "one.hil.ts":
        'import { expect, test } from "hilt";\ntest("one", async ({ link }) => {\n  expect(await link.readRegister(8)).toBe(0);\n});\n',
      "ours.hil.ts": 'import { test } from "hilt";\ntest("ours", ({ device }) => void device);\n',
    });
  }

  test("is a target like any other, and its words are seen; our driver is not for it", () => {
    const words = `reg [15:0] age;
always @(posedge aclk) if (!aresetn) age <= 0; else begin
  age <= age + 1;
  if (age == 5) $display("at %0d", age);
  if (age == 6) $warning("late");
end
endmodule`;
    const project = projectWith({}, mover.replace("endmodule", words));
    const line = mover.slice(0, mover.indexOf("endmodule")).split("\n").length;
    const { status, stdout } = project.hilt("run", "one.hil.ts");
    expect(stdout).toMatch(
      new RegExp(`^ {4}the device warns:\n {6}mover\\.v:${line + 4}: \\$warning in cycle \\d+: late\n`, "m"),
    );
    expect(project.hilt("run", "one.hil.ts", "--verbose").stdout).toMatch(
      new RegExp(`^ {4}printed:\n {6}mover\\.v:${line + 3}: \\$display in cycle \\d+: at 5\n {6}mover`, "m"),
    );
    expect(stdout).toMatch(/device: {6}mover, bound by the table of target mover/);
    expect(status).toBe(0);
    const ours = project.hilt("run", "ours.hil.ts");
    expect(ours.stdout).toContain("target mover has a device of its own: there is no driver for it in hilt");
    expect(ours.status).toBe(2);
  });

  test.each([
    [{ files: ["lost.v"] }, mover, /targets\.mover\.device\.files\[0\]: there is no file .*lost\.v/, 2],
    [{ top: "shaker" }, mover, /targets\.mover\.device\.top: the files have no module shaker/, 2],
    [
      { clock: "klk", memory: { ...device.memory, prefix: "M9_" } },
      mover,
      /targets\.mover\.device\.clock: mover has no port klk\n.*memory\.ports\.awaddr: mover has no port M9_AWADDR(?:.|\n)*does not use: aclk, M00_AWADDR/,
      2,
    ],
    [{ dataWidth: 64 }, mover, /targets\.mover\.device\.dataWidth is 64, port M00_RDATA of mover has 32/, 2],
    [{}, mover.replace("endmodule", "assign = 3;\nendmodule"), /mover\.v:\d+: syntax error/, 1],
    [
      {},
      mover.replace("endmodule", "tranif1 t(a, b, c);\nendmodule"),
      /mover\.v:\d+: .* does not take tranif1/,
      2,
    ],
  ])("%o that cannot be built", (changes, verilog, message, exit) => {
    const { status, stderr } = projectWith(changes, verilog).hilt("build");
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(exit);
  });

  test("with a construct that the engine does not take: its name, its line, and who may take it", () => {
    const loop = "wire turning;\nassign turning = ~turning & aresetn;\nendmodule";
    const read = mover.replace(/(assign S_BRESP += )2'b00/, "$1{1'b0, turning}");
    const { status, stderr } = projectWith({}, read.replace("endmodule", loop)).hilt("build");
    expect(stderr).toMatch(
      /mover\.v:\d+: the built-in engine does not take a combinational loop .*; a target with the engine "verilator" may/,
    );
    expect(status).toBe(2);
  });
});

describe("the cache", () => {
  test("a damaged entry is built again, a place that cannot be written is an error of the machine", () => {
    const project = projectOf({ "one.hil.ts": empty });
    expect(project.hilt("build").stdout).toMatch(/built in/);
    const models = join(project.path, ".hilt/models");
    for (const name of readdirSync(models)) writeFileSync(join(models, name), "damaged");
    expect(project.hilt("build").stdout).toMatch(/built in/);
    expect(project.hilt("build").stdout).toMatch(/was in the cache/);
    expect(project.hilt("cache", "clean").stdout).toMatch(/deleted \d+ KiB/);
    writeFileSync(models, "in the way");
    const { status, stderr } = project.hilt("run");
    expect(stderr).toMatch(/a built model cannot be kept in .*models.*: (EEXIST|ENOTDIR)/);
    expect(status).toBe(3);
  });

  test("a disk that is full: an error of the machine, and nothing half-written is left", () => {
    const project = projectOf({ "one.hil.ts": empty });
    // As a disk does that is full: a write that ends early.
    const { status, stderr } = spawnSync(
      "bash",
      ["-c", `ulimit -f 8; exec "$0" "$1" run`, process.execPath, hiltPath],
      {
        ...{ cwd: project.path, encoding: "utf8", env },
      },
    );
    expect(stderr).toMatch(/a built model cannot be kept in .*: EFBIG/);
    expect(status).toBe(3);
    expect(readdirSync(join(project.path, ".hilt/models"))).toEqual([]);
  });

  test("two runs at once", async () => {
    const project = projectOf({ "one.hil.ts": empty });
    const codes = await Promise.all(
      [0, 1].map(
        () =>
          new Promise<number | null>((resolve) => {
            spawn(process.execPath, [hiltPath, "run"], { cwd: project.path, env }).on("exit", resolve);
          }),
      ),
    );
    expect(codes).toEqual([0, 0]);
    expect(readdirSync(join(project.path, ".hilt/models"))).toHaveLength(1);
  });
});

/** Vitest may keep the last verdict to itself until something else happens, but not for longer than the second takes. */
const LONG = `import { test } from "hilt";
import { afterAll } from "vitest";
test("first", () => {});
test("second", () => new Promise((end) => setTimeout(end, 300)));
`;

test.each([
  ["a test", 'test("endless", () => new Promise(() => {}));'],
  ["a hook", "afterAll(() => new Promise(() => {}));"],
])("Ctrl-C ends the run with what is known so far, although %s never ends", async (_what, endless) => {
  const project = projectOf({ "long.hil.ts": `${LONG}${endless}\n` });
  const child = spawn(process.execPath, [hiltPath, "run"], { cwd: project.path, env });
  let stdout = "";
  let isSent = false;
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
    if (!isSent && /passed .*second/.test(stdout)) isSent = child.kill("SIGINT");
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(stdout).toMatch(
    /benches: {5}2 passed, 0 failed, 0 skipped(, 1 not run)? in .* s \(interrupted: not everything ran\)/,
  );
  expect(stdout.trim().endsWith("INTERRUPTED")).toBe(true);
  expect(code).toBe(130);
});

test("a device that never answers: who waits for whom, its registers by name, what crossed the link last", () => {
  const project = projectOf({
    "slow.hil.ts":
      'import { test } from "hilt";\ntest("hangs", async ({ host, device }) => {\n  await device.hostToCard(host.allocate({ lengthBytes: 5000 }), { timeoutMs: 0.001 });\n});\n',
  });
  const { status, stdout } = project.hilt(
    "run",
    "slow.hil.ts",
    "--waves",
    "on-failure",
    "--signals",
    "device.h2c.*",
  );
  expect(stdout).toContain("h2c: no completion interrupt within 100 cycles [E_TRANSFER_TIMEOUT]");
  expect(stdout).toMatch(
    /the driver waits for descriptor \d of \d of a transfer of 5000 bytes; the device has \d, 0 wait/,
  );
  expect(stdout).toMatch(
    /STATUS 0x00000001 \(BUSY\), RING_CONTROL 0x00000605 \(ENABLE COMPLETIONS ENTRIES_LOG2=6\)/,
  );
  expect(stdout).toMatch(/RING_HEAD 0x0000000\d, RING_TAIL 0x0000000\d; the driver expects head \d, tail \d/);
  expect(stdout).toMatch(/the last that crossed the link:\n( {6}cycle +\d+ {2}.*\n){5,}/);
  const [, run] = /^run: +(\S+)$/m.exec(stdout) ?? [];
  expect(stdout).toContain(`waves: .hilt/runs/${run}/waves/slow.hil.ts-hangs.vcd`);
  expect(stdout).not.toMatch(/\n\s+at .*node_modules/);
  expect(status).toBe(1);
});

test("reports: JUnit with target, seed, profile and device, results as JSON Lines, annotations, JSON", () => {
  const project = projectOf({
    "mixed.hil.ts":
      'import { expect, test } from "hilt";\ntest("good", () => {});\ntest("bad <&> \\u0007 😀", () => {\n  expect(1).toBe(2);\n});\ntest.skip("left out", () => {});\n',
  });
  const { status, stdout } = spawnSync(
    process.execPath,
    [hiltPath, "run", "--junit", "out/junit.xml", "--repeat", "2", "--seed", "0xff"],
    { cwd: project.path, encoding: "utf8", env: { ...env, GITHUB_ACTIONS: "true" } },
  );
  expect(status).toBe(1);
  expect(stdout).toMatch(/::error file=mixed\.hil\.ts,line=4,title=E_ASSERTION::expected 1 to be 2/);
  expect(stdout).toContain("2 passed, 2 failed, 2 skipped");
  expect(stdout).toContain(
    "npx hilt run mixed.hil.ts --target wasm --profile standard --seed 0xff --test=$'bad <&> \\x07 😀'",
  );
  const xml = readFileSync(join(project.path, "out/junit.xml"), "utf8");
  for (const text of [
    '<testsuite name="mixed.hil.ts" tests="6" failures="2" errors="0" skipped="2"',
    '<property name="target" value="wasm"/>',
    '<property name="profile" value="standard"/>',
    '<property name="device" value="hilt DMA 1.0, build 00000000"/>',
    'name="bad &lt;&amp;&gt; ? 😀 [seed 0xff]"',
    'name="bad &lt;&amp;&gt; ? 😀 [seed 0x100]"',
    '<property name="seed" value="0x100"/>',
  ]) {
    expect(xml).toContain(text);
  }
  const [, run] = /^run: +(\d{8}-\d{6}-wasm)$/m.exec(stdout) ?? [];
  const folder = join(project.path, `.hilt/runs/${run}`);
  const lines = readFileSync(join(folder, "results.jsonl"), "utf8").trim().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as { kind: string; id?: string });
  expect(entries.map(({ kind }) => kind)).toEqual(["run", ...Array(6).fill("bench"), "end"]);
  expect(entries[0]?.id).toBe(run);
  const result = JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as RunResult;
  expect(result.benches).toHaveLength(6);
});

test("--fail-fast ends with the first failure", () => {
  const project = projectOf({
    "first.hil.ts":
      'import { expect, test } from "hilt";\nfor (const n of [1, 2, 3]) test("t" + n, () => {\n  expect(n).toBe(0);\n});\n',
  });
  const { stdout } = project.hilt("run", "--fail-fast", "--repeat", "5");
  expect(stdout).toContain("0 passed, 1 failed");
});
