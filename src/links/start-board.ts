import { join } from "node:path";
import type { Board } from "../board/board.ts";
import { startVirtualBoard, type VirtualBoard } from "../board/virtual-board.ts";
import { LINE_DIVIDER, type LineMode, virtualSource } from "../board/virtual-source.ts";
import type { Model } from "../engine/engine.ts";
import { VerilatorEngine, type VerilatorOptions } from "../engine/verilator-engine.ts";
import { boardDesign, type DeviceOnBoard } from "./board-design.ts";
import type { DeviceSource } from "./device-source.ts";
import { explainBinding } from "./explain-binding.ts";
import { refuseShape } from "./refuse-shape.ts";

export interface StartOptions extends VerilatorOptions {
  /** Of the virtual board, for messages. */
  readonly name: string;
  readonly board: Board;
  /** By default our own controller. */
  readonly device?: DeviceSource | undefined;
  readonly mode: LineMode;
  /** See `VirtualBoardOptions`. */
  readonly folder: string;
  readonly seed: bigint;
  readonly isDetached?: boolean;
  /** The board can record waves. */
  readonly waves?: boolean;
}

export interface StartedBoard extends VirtualBoard {
  readonly design: DeviceOnBoard;
  readonly model: Pick<Model, "fromCache" | "buildMs" | "warnings">;
}

/** A virtual board with a device in it: its model is built when the cache has none. */
export async function startOnBoard(options: StartOptions): Promise<StartedBoard> {
  const { name, board, device, mode, folder, seed, isDetached = false, waves = false } = options;
  const design = boardDesign(board, device, join(options.cacheDirectory, "boards"));
  const engine = new VerilatorEngine(options);
  const source = virtualSource(design, mode);
  if (device !== undefined) await refuseShape(device, source, engine, options.cacheDirectory);
  const built = engine.build(waves ? { ...source, waves: [] } : source);
  const model = await built.catch(async (error: unknown) => {
    throw device === undefined ? error : await explainBinding(error, device, source, engine);
  });
  const cyclesPerMs = (LINE_DIVIDER * board.uart.baud) / 1000;
  const started = await startVirtualBoard({
    ...{ name, ...(await engine.program("virtual board", model)), folder, seed, cyclesPerMs, isDetached },
  });
  return { ...started, design, model };
}
