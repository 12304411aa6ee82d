import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectOf, root } from "./user-project.ts";

/** `hilt boards` in a project of a user's, whose virtual boards are nobody else's. */

const runtime = mkdtempSync(join(tmpdir(), "hilt-ü-"));
afterAll(() => rmSync(runtime, { recursive: true, force: true }));
const board = readFileSync(join(root, "boards/icebreaker/board.yaml"), "utf8");
const project = projectOf({ "boards/broken/board.yaml": board.replace("hz:", "mhz:") });
const hilt = (...args: string[]) => project.hiltIn({ XDG_RUNTIME_DIR: runtime }, ...args);

test.each([
  [
    "a board that there is not",
    ["start", "nix"],
    /no board "nix"; there is broken, icebreaker, ulx3s, virtual-/,
  ],
  ["a board to list that there is not", ["list", "nix"], /no board "nix"; there is /],
  ["a real board to start", ["start", "ulx3s"], /ulx3s is a real board; the virtual one is virtual-ulx3s/],
  ["a simulation to build", ["build", "virtual-ulx3s"], /virtual-ulx3s is a simulation/],
  ["a board to stop that does not run", ["stop", "virtual-ulx3s"], /virtual-ulx3s does not run/],
  ["no name", ["stop"], /hilt boards stop: which board\?/],
  [
    "a file that is wrong",
    ["start", "virtual-broken"],
    /broken\/board\.yaml: clock\.\w+: .*\[E_BOARD_FILE\]/,
  ],
])("%s is a usage error", (_name, args, message) => {
  const { status, stderr } = hilt("boards", ...args);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

test("a virtual board starts, is listed, is not started twice, and stops", () => {
  rmSync(join(project.path, "boards"), { recursive: true });
  const started = hilt("boards", "start", "virtual-icebreaker", "--line", "bytes", "--json");
  expect(started.stderr).toBe("");
  const { port, pid } = JSON.parse(started.stdout) as { port: string; pid: number };
  expect(realpathSync(port)).toMatch(/^\/dev\/pts\/\d+$/);
  try {
    const listed = hilt("boards").stdout;
    expect(listed).toMatch(/^virtual-icebreaker .*\/line$/m);
    expect(listed).toMatch(/^virtual-ulx3s .* stopped$/m);
    expect(hilt("boards", "list", "virtual-icebreaker").stdout).toMatch(/^virtual-icebreaker .*\/line\n$/);
    process.kill(pid, "SIGSTOP");
    const still = hilt("boards");
    process.kill(pid, "SIGCONT");
    expect(still.stdout).toMatch(/^virtual-icebreaker .*\/line +does not answer$/m);
    expect(still.stdout).toMatch(/^virtual-ulx3s .* stopped$/m);
    const again = hilt("boards", "start", "virtual-icebreaker");
    expect([again.status, again.stderr]).toEqual([
      2,
      expect.stringContaining("virtual-icebreaker runs already"),
    ]);
    expect(hilt("boards", "stop", "virtual-icebreaker").stdout).toBe("virtual-icebreaker has stopped\n");
    expect(existsSync(port)).toBe(false);
  } finally {
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // It has stopped.
    }
  }
});
