import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ProjectCopy } from "../system/project-copy.ts";

let project: ProjectCopy;
beforeAll(() => {
  project = new ProjectCopy();
});
afterAll(() => project[Symbol.dispose]());

test("--help names the commands and needs nothing else", () => {
  const { status, stdout } = project.hilt("--help");
  expect(status).toBe(0);
  for (const command of ["run [files..]", "list", "waves [run]", "build", "doctor", "init", "cache <action>"])
    expect(stdout).toContain(command);
});

test.each([
  ["no command", [], /run, list, waves, journal, build, boards, slot, doctor/],
  ["an unknown option", ["run", "--sed", "1"], /Unknown argument: sed/],
  ["an unknown target", ["run", "examples", "--target", "board"], /no target board; there is wasm/],
  ["a bad seed", ["run", "examples", "--seed", "lots"], /--seed: lots is no whole number/],
  ["a path that is not there", ["run", "nowhere"], /nowhere: no such file or folder/],
  ["a folder without benches", ["run", "rtl"], /no benches/],
  ["a filter that nothing matches", ["run", "examples", "--filter", "zzz"], /^$/],
])("%s is a usage error", (_name, args, message) => {
  const { status, stderr } = project.hilt(...args);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

test("a bench that fails says where and how to repeat it", () => {
  project.write(
    "fails.hil.ts",
    'import { expect, test } from "hilt";\ntest("is wrong", () => {\n  expect(1).toBe(2);\n});\n',
  );
  const { status, stdout } = project.hilt("run", "fails.hil.ts", "--seed", "7");
  expect(stdout).toMatch(/failed {2}fails\.hil\.ts > is wrong/);
  expect(stdout).toContain("fails.hil.ts:3");
  expect(stdout).toContain(
    "npx hilt run fails.hil.ts --target wasm --profile standard --seed 0x7 --test='is wrong'",
  );
  expect(status).toBe(1);
});

test("a filter takes names as reports print them", () => {
  project.write(
    "nested.hil.ts",
    'import { describe, test } from "hilt";\ndescribe("outer (a+b)", () => {\n  test("one", () => {});\n  test("two", () => {});\n});\n',
  );
  const { status, stdout } = project.hilt("run", "nested.hil.ts", "--filter", "outer (a+b) > two");
  expect(stdout).toContain("1 passed, 0 failed, 0 skipped");
  expect(stdout).toContain("nested.hil.ts > outer (a+b) > two");
  expect(stdout).not.toContain("one");
  expect(status).toBe(0);
});

test("a reader that goes away early is no crash: the exit code is still that of the run", () => {
  const command = `"${process.execPath}" bin/hilt.js run examples/first-transfer.hil.ts`;
  const { stdout, stderr } = spawnSync("bash", ["-c", `${command} | true; echo "\${PIPESTATUS[0]}"`], {
    ...{ cwd: project.path, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
  });
  expect(stderr).toBe("");
  expect(stdout).toBe("0\n");
});

test.each([
  ["a syntax error", "import { test } from 'hilt';\ntest('x', () => {{);\n", 1],
  ["no test at all", "export {};\n", 1],
  [
    "a test of Vitest's own, which has no device",
    "import { test } from 'vitest';\ntest('x', () => {});\n",
    2,
  ],
])("a bench file with %s does not pass", (_name, text, code) => {
  project.write("odd.hil.ts", text);
  const { status, stdout } = project.hilt("run", "odd.hil.ts");
  expect(stdout).toContain("FAILED");
  expect(status).toBe(code);
});

test("a configuration that is wrong names file and key", () => {
  project.write("hilt.config.js", 'export default { targets: { a: { link: "smoke", engine: "wasm" } } };\n');
  const { status, stderr } = project.hilt("list");
  expect(stderr).toMatch(/hilt\.config\.js: targets\.a\.link: smoke is no link/);
  expect(status).toBe(2);
  project.write("hilt.config.js", "export default {};\n");
});

test("list shows benches and targets; doctor what is installed", () => {
  const listed = project.hilt("list", "--json");
  const { benches, targets } = JSON.parse(listed.stdout) as {
    benches: string[];
    targets: { name: string }[];
  };
  expect(benches).toContain("examples/first-transfer.hil.ts");
  expect(targets.map(({ name }) => name)).toEqual(["wasm"]);
  const { status, stdout } = project.hilt("doctor");
  expect(stdout).toMatch(/ok {7}Node v/);
  expect(stdout).toMatch(/^ok {7}yosys, nextpnr-ice40 or .*for bitstreams of ice40 boards/m);
  expect(status).toBe(0);
});
