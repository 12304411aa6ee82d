import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { projectOf } from "./user-project.ts";

/** `hilt waves`: the viewer, and what is kept of runs. */

const project = projectOf({
  "benches/quiet.hil.ts": `import { test } from "hilt";
test("tells what it sees", async ({ link }) => {
  await link.idle(100);
});
`,
});

const id = (text: string): string => /^run: +(\S+)$/m.exec(text)?.[1] ?? "";
let withWaves: string;
let without: string;
beforeAll(() => {
  withWaves = id(project.hilt("run", "benches/quiet.hil.ts", "--waves", "on").stdout);
  without = id(project.hilt("run", "benches/quiet.hil.ts").stdout);
});

const file = (): string => `.hilt/runs/${withWaves}/waves/benches-quiet.hil.ts-tells-what-it-sees.vcd`;

test("without a viewer or display it tells where the files are and what opens them", () => {
  for (const args of [[], [withWaves]]) {
    const { status, stdout } = project.hiltIn(
      { DISPLAY: "", WAYLAND_DISPLAY: "", PATH: "/nowhere" },
      "waves",
      ...args,
    );
    expect(status).toBe(0);
    expect(stdout).toContain(`run ${withWaves}: no viewer of waves on the PATH, or no display`);
    expect(stdout).toContain(`\n${file()}\n    surfer ${file()}`);
    expect(stdout).toContain(`\n    gtkwave ${file()}`);
  }
});

test.each([
  ["gtkwave", ["gtkwave"], "gtkwave"],
  ["surfer, when both are there", ["gtkwave", "surfer"], "surfer"],
])("opens %s", async (_name, installed, taken) => {
  const folder = join(project.path, `bin-${installed.length}`);
  mkdirSync(folder, { recursive: true });
  for (const name of installed)
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" > "${folder}/opened"\n`, {
      mode: 0o755,
    });
  const { status, stdout } = project.hiltIn({ DISPLAY: ":7", PATH: folder }, "waves");
  expect(status).toBe(0);
  expect(stdout).toBe(`${file()}: opened with ${taken}\n`);
  await vi.waitFor(() => {
    expect(readFileSync(join(folder, "opened"), "utf8")).toContain(`${taken} ${join(project.path, file())}`);
  }, 5000);
});

test.each([
  [["nothing"], /no run nothing is kept; hilt waves --list shows/],
  [[() => without], /run \S+ has no waves; --waves on or on-failure records them/],
])("a run that is not there or has no waves is a usage error", (args, message) => {
  const { status, stderr } = project.hilt(
    "waves",
    ...args.map((arg) => (typeof arg === "string" ? arg : arg())),
  );
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

test("--list shows the runs that are kept, the last ones first; older ones go", () => {
  const { status, stdout } = project.hilt("waves", "--list");
  expect(status).toBe(0);
  const [first, second] = stdout.split("\n");
  expect(first).toBe(`${without}  benches: 1, failed: 0, files of waves: 0`);
  expect(second).toBe(`${withWaves}  benches: 1, failed: 0, files of waves: 1`);
  const runs = join(project.path, ".hilt/runs");
  const old = Array.from({ length: 20 }, (_, index) => join(runs, `20200101-0000${index}-wasm`));
  for (const path of old) {
    mkdirSync(path);
    writeFileSync(join(path, "result.json"), "{}");
  }
  const last = id(project.hilt("run", "benches/quiet.hil.ts").stdout);
  const kept = readdirSync(runs);
  expect(kept).toHaveLength(20);
  expect(kept).toContain(last);
});
