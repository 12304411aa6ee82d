import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBoard } from "../../src/board/load-board.ts";
import { BOARDS } from "../../src/board/own-boards.ts";
import type { VirtualBoard } from "../../src/board/virtual-board.ts";
import type { LineMode } from "../../src/board/virtual-source.ts";
import { startOnBoard } from "../../src/links/start-board.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The ULX3S with the controller behind the bridge, as a virtual board: the real RTL, a real terminal. */
export async function startBoard(mode: LineMode = "bytes"): Promise<VirtualBoard> {
  const parent = mkdtempSync(join(tmpdir(), "hilt brett ü "));
  const board = await startOnBoard({
    ...{ name: "virtual-ulx3s", board: loadBoard("ulx3s", [BOARDS]), mode, folder: join(parent, "board") },
    ...{ seed: 1n, cacheDirectory: join(root, ".hilt/cache") },
  });
  return {
    ...board,
    async [Symbol.asyncDispose]() {
      await board[Symbol.asyncDispose]();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
