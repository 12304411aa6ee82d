import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startVirtualBoard, type VirtualBoard } from "../../src/board/virtual-board.ts";
import { type LineMode, virtualSource } from "../../src/board/virtual-source.ts";
import { parseFileList } from "../../src/engine/file-list.ts";
import { VerilatorEngine } from "../../src/engine/verilator-engine.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CYCLES_PER_MS = 12_000;
const engine = new VerilatorEngine({ cacheDirectory: join(root, ".hilt/cache") });

/** The controller behind the bridge on a virtual board: the real RTL, a real terminal. */
export async function startBoard(mode: LineMode = "bytes"): Promise<VirtualBoard> {
  const lists = ["rtl/bridge/bridge.f", "rtl/dma/dma.f"].map((list) => parseFileList(join(root, list), root));
  const own = ["test/system/bridge/bridge_dma.v", "test/uart/uart_board.v"].map((file) => join(root, file));
  const source = virtualSource(
    {
      top: "uart_board",
      files: [...lists.flatMap(({ files }) => files), ...own],
      includeDirectories: lists.flatMap(({ includeDirectories }) => includeDirectories),
      parameters: {},
      ports: { clock: "clk_pin", receive: "rx_pin", transmit: "tx_pin" },
    },
    join(root, `.hilt/cache/boards/uart-${mode}`),
    mode,
  );
  const parts = await engine.board(await engine.build(source));
  const parent = mkdtempSync(join(tmpdir(), "hilt brett ü "));
  const board = await startVirtualBoard({
    ...{ name: "uart", ...parts, folder: join(parent, "board"), seed: 1n, cyclesPerMs: CYCLES_PER_MS },
  });
  return {
    ...board,
    async [Symbol.asyncDispose]() {
      await board[Symbol.asyncDispose]();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
