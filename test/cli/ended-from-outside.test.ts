import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { env, hiltPath, projectOf, type UserProject } from "./user-project.ts";

/** How long is looked for a process or for its end. */
const LIMIT = { timeout: 100_000, interval: 20 };

function start(project: UserProject, ...args: string[]) {
  const child = spawn(process.execPath, [hiltPath, ...args], { cwd: project.path, env });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      text += data.toString();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, ended, text: () => text };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** The process of Yosys below a process. */
function toolOf(pid: number | undefined): number | undefined {
  const children = readText(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return children.map(Number).find((child) => readText(`/proc/${child}/cmdline`).includes("yosys-child"));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const bench = (name: string, body: string): string => `import { writeFileSync } from "node:fs";
import { test } from "hilt";
test("${name}", async ({ link }) => {
  writeFileSync("${name}.pid", String(process.pid));
  ${body}
});
`;
const benches = {
  "computes.hil.ts": bench("computes", "for (;;) await link.idle(100_000);"),
  "spins.hil.ts": bench("spins", "for (;;);"),
};

test.each([
  ["run", "SIGINT"],
  ["build", "SIGHUP"],
] as const)(
  "hilt %s ends with 130 at %s during a build, its tool with it, and nothing is kept",
  async (command, signal) => {
    const project = projectOf(benches);
    const { child, ended, text } = start(project, command);
    const tool = await vi.waitUntil(() => toolOf(child.pid), LIMIT);
    child.kill(signal);
    expect(await ended).toBe(130);
    expect(text()).toMatch(/^hilt: interrupted while Yosys built the model \[E_INTERRUPTED\]\n/m);
    expect(isAlive(tool)).toBe(false);
    const models = join(project.path, ".hilt/models");
    expect(existsSync(models) ? readdirSync(models) : []).toEqual([]);
  },
);

/** Its model is built once. */
const project = projectOf(benches);

test.each(["SIGKILL", "SIGHUP"] as const)(
  "at %s of hilt its workers end, one that spins and one that computes",
  async (signal) => {
    const { child, ended } = start(project, "run", "--jobs", "2");
    const files = ["computes.pid", "spins.pid"].map((name) => join(project.path, name));
    const pids = await vi.waitUntil(() => {
      const all = files.map((file) => Number(readText(file)));
      return all.every((pid) => pid > 0) && all;
    }, LIMIT);
    child.kill(signal);
    expect(await ended).toBe(signal === "SIGKILL" ? null : 130);
    await vi.waitUntil(() => pids.every((pid) => !isAlive(pid)), LIMIT);
    await vi.waitUntil(() => readdirSync(join(project.path, ".hilt/workers")).length === 0, LIMIT);
    for (const file of files) rmSync(file);
  },
);
