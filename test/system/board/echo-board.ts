import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startVirtualBoard, type VirtualBoard } from "../../../src/board/virtual-board.ts";
import { type LineMode, virtualSource } from "../../../src/board/virtual-source.ts";
import { VerilatorEngine } from "../../../src/engine/verilator-engine.ts";

const engine = new VerilatorEngine({ cacheDirectory: ".hilt/cache" });

/** A virtual board whose top sends back what it receives. */
export async function startEcho(
  mode: LineMode = "bits",
  options: { readonly isDetached?: boolean; readonly waves?: boolean } = {},
): Promise<VirtualBoard> {
  const parent = mkdtempSync(join(tmpdir(), "hilt brett ü "));
  const source = virtualSource(
    {
      top: "echo_top",
      folder: ".hilt/cache/boards/echo",
      files: [resolve("test/system/board/echo_top.v")],
      includeDirectories: [],
      parameters: {},
      ports: { clock: "clk_pin", receive: "rx_pin", transmit: "tx_pin" },
    },
    mode,
  );
  const model = await engine.build(options.waves === true ? { ...source, waves: [] } : source);
  const board = await startVirtualBoard({
    ...{
      name: "echo",
      ...(await engine.program("virtual board", model)),
      folder: join(parent, "board"),
      seed: 1n,
    },
    ...{ cyclesPerMs: 12_000, isDetached: options.isDetached ?? false },
  });
  return {
    ...board,
    async [Symbol.asyncDispose]() {
      await board[Symbol.asyncDispose]();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
