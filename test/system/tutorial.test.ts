import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { patternOf, type Step, stepsOf } from "./tutorial.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "hilt-tutorial-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

/** What a clone has, as it is here and now. */
beforeAll(() => {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    ...{ cwd: root, encoding: "utf8" },
  });
  for (const path of listed.trim().split("\n")) {
    if (existsSync(join(root, path))) cpSync(join(root, path), join(folder, "hilt", path));
  }
  symlinkSync(join(root, "node_modules"), join(folder, "hilt/node_modules"));
}, 60_000);

/** Where the reader is, and how the last command ended. */
const reader = { folder, status: 0 };

function run(command: string): string {
  const place = join(folder, ".place");
  const script = `(exit ${reader.status})\n${command}\nstatus=$?\npwd > ${place}\nexit $status\n`;
  const env = { ...process.env, NO_COLOR: "1", npm_config_prefer_offline: "true" };
  const { status, stdout, error } = spawnSync("bash", ["-c", `{ ${script}} 2>&1`], {
    ...{ cwd: reader.folder, encoding: "utf8", env, timeout: 120_000 },
  });
  if (error !== undefined) throw error;
  reader.folder = readFileSync(place, "utf8").trim();
  reader.status = status ?? -1;
  return stdout;
}

function take(step: Step): void {
  if (step.kind === "command") {
    expect(run(step.command), `docs/tutorial.md:${step.line}: ${step.command}`).toMatch(
      patternOf(step.output),
    );
    return;
  }
  const file = join(reader.folder, step.path);
  if (step.isThere) {
    expect(readFileSync(file, "utf8"), step.path).toBe(step.text);
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, step.text);
  }
}

test("the tutorial: every command does what the page shows", () => {
  const steps = stepsOf(readFileSync(join(root, "docs/tutorial.md"), "utf8"));
  expect(steps.filter(({ kind }) => kind === "command").length).toBeGreaterThan(12);
  for (const step of steps) take(step);
}, 300_000);

describe("a page and what is printed", () => {
  const page =
    "```console\n$ one\na (1,234 cycles)\n...\nb ... c\n$ two\n```\n\n```ts a.ts\nx;\n```\n\n```ts\ny;\n```\n";
  const [one, two, file, ...others] = stepsOf(page);

  test("are taken apart", () => {
    expect(one).toEqual({
      kind: "command",
      command: "one",
      output: ["a (1,234 cycles)", "...", "b ... c"],
      line: 2,
    });
    expect(two).toEqual({ kind: "command", command: "two", output: [], line: 6 });
    expect(file).toEqual({ kind: "file", path: "a.ts", text: "x;\n", isThere: false });
    expect(others).toEqual([]);
  });

  test.each([
    ["a (9 cycles)\nb  c\n", true],
    ["a (9 cycles)\nmore\nand more\nb and c\n", true],
    ["a (9 cycles)\nb c\n", false],
    ["a (no cycles)\nb and c\n", false],
    ["a (9 cycles)\nb and c\nmore\n", false],
  ])("%j: %s", (printed, isEqual) => {
    const output = one?.kind === "command" ? one.output : [];
    expect(patternOf(output).test(printed)).toBe(isEqual);
  });
});
