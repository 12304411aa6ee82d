import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { BoardStandsStillError } from "../../../src/board/errors.ts";
import { boardPlaces, endBoard, isRunning } from "../../../src/board/running-board.ts";
import { startVirtualBoard } from "../../../src/board/virtual-board.ts";

test("a board whose process stands still is neither called running nor stopped, and nobody waits for it without end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hilt brett ü "));
  vi.stubEnv("XDG_RUNTIME_DIR", folder);
  const { control } = boardPlaces("virtual-still");
  mkdirSync(dirname(control), { recursive: true });
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(control, resolve));
  try {
    const asked = await Promise.allSettled([isRunning("virtual-still"), endBoard("virtual-still")]);
    for (const each of asked)
      expect(each).toMatchObject({
        reason: new BoardStandsStillError(
          "virtual-still",
          "its process is there, and has not answered for 5 s",
        ),
      });
    expect(await isRunning("virtual-none")).toBe(false);
  } finally {
    vi.unstubAllEnvs();
    server.close();
    rmSync(folder, { recursive: true });
  }
}, 30_000);

test("a board whose process stands still and that many have asked already is not taken for one that does not run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hilt brett ü "));
  vi.stubEnv("XDG_RUNTIME_DIR", folder);
  const { control } = boardPlaces("virtual-still");
  mkdirSync(dirname(control), { recursive: true });
  // As many as the kernel keeps for it are in the queue.
  const still = `import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(0)
client = socket.socket(socket.AF_UNIX)
client.connect(sys.argv[1])
print("full", flush=True)
sys.stdin.read()`;
  const child = spawn("python3", ["-c", still, control]);
  await once(child.stdout, "data");
  try {
    await expect(isRunning("virtual-still")).rejects.toEqual(
      new BoardStandsStillError("virtual-still", "its process is there, and takes no connection"),
    );
  } finally {
    vi.unstubAllEnvs();
    child.stdin.end();
    await once(child, "close");
    rmSync(folder, { recursive: true });
  }
});

test.each(["", "run"])("XDG_RUNTIME_DIR %j, which is no absolute path, counts as none", (runtime) => {
  const folder = mkdtempSync(join(tmpdir(), "hilt brett ü "));
  vi.stubEnv("TMPDIR", folder);
  vi.stubEnv("XDG_RUNTIME_DIR", runtime);
  try {
    expect(boardPlaces("virtual-x").port).toBe(
      join(folder, `hilt-${userInfo().uid}/hilt-boards/virtual-x/line`),
    );
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

test("a process that is started and says nothing is ended, and does not keep who has started it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hilt brett ü "));
  const [program, pid] = [join(folder, "silent"), join(folder, "pid")];
  writeFileSync(program, `#!/bin/sh\necho $$ > "${pid}"\nexec sleep 600\n`, { mode: 0o755 });
  const options = {
    name: "virtual-silent",
    program,
    model: "",
    folder,
    seed: 1n,
    cyclesPerMs: 1,
    baud: 9600,
  };
  try {
    await expect(startVirtualBoard({ ...options, limitMs: 1500 })).rejects.toEqual(
      new BoardStandsStillError("virtual-silent", "its process has said nothing for 1.5 s"),
    );
    const isThere = () => {
      try {
        return process.kill(Number(readFileSync(pid, "utf8")), 0);
      } catch {
        return false;
      }
    };
    await vi.waitUntil(() => !isThere(), { timeout: 10_000, interval: 20 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
