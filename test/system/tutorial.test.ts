import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PageReader } from "./page-reader.ts";
import { inOrder, patternOf, stepsOf } from "./tutorial.ts";

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

test("the tutorial: every command does what the page shows", () => {
  new PageReader(folder).follow(join(root, "docs/tutorial.md"), "docs/tutorial.md", 12);
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

  test("are the same in whatever order neighbours have passed, and in no other", () => {
    const shown = ["passed  a", "passed  b", "failed  c", "passed  d"];
    const printed = (first: string, second: string) => [first, second, "failed  c", "passed  d"];
    expect(inOrder(printed("passed  b", "passed  a"))).toEqual(shown);
    expect(inOrder(shown)).toEqual(shown);
    expect(inOrder(["passed  d", "failed  c", "passed  a"])).toEqual(["passed  d", "failed  c", "passed  a"]);
  });
});
