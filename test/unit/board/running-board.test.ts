import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { VirtualBoardError } from "../../../src/board/errors.ts";
import { boardPlaces, endBoard, isRunning } from "../../../src/board/running-board.ts";

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
        reason: new VirtualBoardError("virtual-still", "its process is there, and has not answered for 5 s"),
      });
    expect(await isRunning("virtual-none")).toBe(false);
  } finally {
    vi.unstubAllEnvs();
    server.close();
    rmSync(folder, { recursive: true });
  }
}, 30_000);
