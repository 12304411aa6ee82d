import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const LOADER = `
export async function load(url, context, next) {
  process._rawDebug("loaded " + url);
  return await next(url, context);
}`;
const inline = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
const REGISTER = inline(
  `import { register } from "node:module"; register(${JSON.stringify(inline(LOADER))});`,
);

function filesLoadedBy(...command: string[]): string[] {
  const { status, stderr } = spawnSync(process.execPath, ["--import", REGISTER, "bin/hilt.js", ...command], {
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return [...stderr.matchAll(/^loaded (file:.*)$/gm)].map(([, url = ""]) => url);
}

test("a start loads few files: what users start and import is put together, and yargs with it", () => {
  // Before anything is made.
  filesLoadedBy("--version");
  const files = filesLoadedBy("--help");
  expect(files.length).toBeGreaterThan(3);
  expect(files.length).toBeLessThan(30);
  expect(files.filter((url) => url.includes("node_modules/"))).toEqual([]);
});

test("the commands of yargs are in the language of the environment, wherever its files are", () => {
  const { stdout } = spawnSync(process.execPath, ["bin/hilt.js", "--help"], {
    ...{ encoding: "utf8", env: { ...process.env, LC_ALL: "de_DE.UTF-8" } },
  });
  expect(stdout).toContain("Kommandos:");
});
