import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { ProjectCopy } from "./project-copy.ts";

const source = fileURLToPath(new URL("../../src", import.meta.url));
const echo = fileURLToPath(new URL("echo", import.meta.url));
const copy = new ProjectCopy();
afterAll(() => copy[Symbol.dispose]());

const folder = join(copy.path, "src/links/echo");
mkdirSync(folder);
for (const name of readdirSync(echo)) cpSync(join(echo, name), join(folder, name.replace(/\.txt$/, "")));
copy.replace(
  "src/links/registry.ts",
  "} satisfies Readonly<Record<string, Row>>;",
  `  echo: { settings: () => import("./echo/settings.ts"), kind: () => import("./echo/echo-kind.ts") },
} satisfies Readonly<Record<string, Row>>;`,
);
mkdirSync(join(copy.path, "benches"));
copy.write(
  "hilt.config.ts",
  `export default { benches: ["benches"], targets: {
  wall: { link: "echo", voice: "hallo" },
  twice: { link: "echo", voice: "hm", connects: 2 },
  never: { link: "echo", voice: "", connects: 0 },
  alone: { link: "echo", voice: "ah", exclusive: true },
} };
`,
);
const bench = `import { expect, test } from "hilt";
const moves = async ({ host, device }) => {
  const source = host.allocate({ lengthBytes: 64 });
  await device.hostToCard(source);
  expect(source).toHoldBytes(source.read());
};
`;
copy.write("benches/moves.hil.ts", `${bench}test("moves", moves);\ntest("moves again", moves);\n`);
copy.write("benches/more.hil.ts", `${bench}test("moves", moves);\ntest("moves again", moves);\n`);
mkdirSync(join(copy.path, "cut"));
copy.write(
  "cut/cut.hil.ts",
  `${bench}const cut = async ({ link }) => {
  link.writeRegister(0x3ff0, 1);
  await link.readRegister(0);
};
test("moves", moves);
test("is cut", cut);
test("moves after that", moves);
test("is cut again", cut);
test("is left", moves);
test("is left, too", moves);
`,
);

interface Result {
  readonly benches: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly reason?: string;
    readonly problems: readonly { readonly code: string; readonly blame: string }[];
    readonly facts?: { readonly reconnected?: string };
  }[];
}

interface VitestReport {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly status: string }[] }[];
}

test("a link is a folder and a row: nothing else of the sources is touched, and they compile", () => {
  const files = readdirSync(join(copy.path, "src"), { recursive: true, encoding: "utf8" });
  const changed = files.filter(
    (name) =>
      /\.[jt]s$/.test(name) && readText(join(source, name)) !== readText(join(copy.path, "src", name)),
  );
  expect(changed.sort()).toEqual(["links/echo/echo-kind.ts", "links/echo/settings.ts", "links/registry.ts"]);
  const { status, stdout } = spawnSync(
    process.execPath,
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"],
    {
      cwd: copy.path,
      encoding: "utf8",
    },
  );
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

test("list and doctor show it, and its settings are checked", () => {
  expect(copy.hilt("list").stdout).toContain("wall  (echo, an echo that says hallo");
  expect(copy.hilt("doctor").stdout).toContain(
    "ok       a wall for the echo (for wall, twice, never, alone)",
  );
});

test("benches run on it; where a device has one user, in one process at a time", () => {
  vi.stubEnv("VITEST_MAX_WORKERS", "4");
  for (const target of ["wall", "alone"]) {
    const { status, stdout } = copy.hilt("run", "--target", target, "--jobs", "4");
    expect(stdout).toContain("benches:     4 passed, 0 failed, 0 skipped");
    expect(status).toBe(0);
  }
  vi.unstubAllEnvs();
});

test("a lost link fails its test, is connected once more for the next, and then ends its target", () => {
  const { status, stdout, stderr } = copy.hilt(
    "run",
    "cut",
    "--target",
    "twice",
    "--json",
    "--junit",
    "junit.xml",
  );
  const { benches } = JSON.parse(stdout) as Result;
  const left = "link lost: twice: the wall is gone";
  expect(
    benches.map(({ name, verdict, reason, facts }) => [name, verdict, reason ?? facts?.reconnected]),
  ).toEqual([
    ["moves", "passed", undefined],
    ["is cut", "failed", undefined],
    ["moves after that", "passed", "twice: the wire was cut"],
    ["is cut again", "failed", undefined],
    ["is left", "not run", left],
    ["is left, too", "not run", left],
  ]);
  expect(benches[1]?.problems).toMatchObject([{ code: "E_LINK_LOST", blame: "link" }]);
  expect(stderr).toMatch(
    /moves after that[^\n]*\n {4}the link was connected again:\n {6}twice: the wire was cut/,
  );
  expect(stderr).toContain(left);
  const xml = readFileSync(join(copy.path, "junit.xml"), "utf8");
  expect(xml).toContain('<property name="reconnected" value="twice: the wire was cut"/>');
  expect(xml).toContain(`<error type="not run" message="not run: ${left}"/>`);
  expect(status).toBe(4);
});

test("a target that nobody can connect to runs nothing, and ends with 4", () => {
  const { status, stdout } = copy.hilt("run", "--target", "never");
  expect(stdout.match(/not run .*link lost: never: the wall is gone/g)).toHaveLength(4);
  expect(status).toBe(4);
});

test("under Vitest alone one test fails with the loss, and those after it are skipped, with the reason", () => {
  copy.hilt("list");
  const isOfCopy = (name: string) =>
    name.startsWith(".build-") && existsSync(join(copy.path, name, "links/echo"));
  const built = join(copy.path, readdirSync(copy.path).find(isOfCopy)!);
  copy.write(
    "vitest.config.mjs",
    `import { hilt } from ${JSON.stringify(join(built, "session/vitest.js"))};
export default {
  plugins: [hilt({ target: process.env.TARGET })],
  resolve: { alias: { hilt: ${JSON.stringify(join(built, "index.js"))} } },
};
`,
  );
  const verdicts = (target: string) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["node_modules/vitest/vitest.mjs", "run", "cut", "--reporter=json"],
      { cwd: copy.path, encoding: "utf8", env: { ...process.env, TARGET: target } },
    );
    expect(status, stderr).toBe(1);
    const { testResults } = JSON.parse(stdout) as VitestReport;
    return testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  };
  const [passed, failed, skipped] = ["passed", "failed", "skipped"];
  expect(verdicts("twice")).toEqual([passed, failed, passed, failed, skipped, skipped]);
  expect(verdicts("never")).toEqual([failed, skipped, skipped, skipped, skipped, skipped]);
});

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
