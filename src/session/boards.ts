import { join } from "node:path";
import type { Board } from "../board/board.ts";
import { boardHolder, type Holder } from "../board/board-lock.ts";
import { type Bitstream, buildBitstream } from "../board/build-bitstream.ts";
import { BoardStandsStillError, BoardStateError } from "../board/errors.ts";
import { findBoard, virtualName } from "../board/find-board.ts";
import { flows, flowTools } from "../board/flows.ts";
import { boardNames, loadBoard } from "../board/load-board.ts";
import { boardPlaces, endBoard, isRunning } from "../board/running-board.ts";
import { attachedPort } from "../board/usb-ports.ts";
import type { LineMode } from "../board/virtual-source.ts";
import type { TargetConfig } from "../config/config.ts";
import { boardDesign } from "../links/board-design.ts";
import { checkBoardDevice } from "../links/check-board-device.ts";
import type { Check } from "../links/link-kind.ts";
import { deviceOf } from "../links/registry.ts";
import { startOnBoard } from "../links/start-board.ts";
import { linkSettings } from "./link-settings.ts";
import { boardFolders, hiltDirectory, modelsDirectory } from "./project-folders.ts";

/** A row of `hilt boards`. */
export interface ListedBoard {
  readonly name: string;
  readonly title: string;
  readonly isVirtual: boolean;
  /** Where its line is found now: of a virtual board that runs, of a real one that is plugged in. */
  readonly port?: string;
  readonly holder?: Holder;
  /** Of a virtual one whose process is there and does not answer. */
  readonly standsStill?: true;
}

/** The boards of a project and those that come with hilt, real and virtual; or `only` this one. */
export async function listBoards(root: string, only?: string): Promise<readonly ListedBoard[]> {
  const folders = boardFolders(root);
  if (only !== undefined) {
    const { board, isVirtual } = findBoard(only, folders);
    return [isVirtual ? await virtualRow(only, board) : row(only, board, false, attachedPort(board))];
  }
  const rows: ListedBoard[] = [];
  for (const name of boardNames(folders)) {
    const board = loadBoard(name, folders);
    rows.push(row(name, board, false, attachedPort(board)));
    rows.push(await virtualRow(virtualName(name), board));
  }
  return rows;
}

/** A process that stands still does not keep anybody from seeing the other boards. */
async function virtualRow(name: string, board: Board): Promise<ListedBoard> {
  const { port } = boardPlaces(name);
  try {
    return row(name, board, true, (await isRunning(name)) ? port : undefined);
  } catch (error) {
    if (!(error instanceof BoardStandsStillError)) throw error;
    return { ...row(name, board, true, port), standsStill: true };
  }
}

function row(name: string, { title }: Board, isVirtual: boolean, port: string | undefined): ListedBoard {
  const holder = isVirtual ? boardHolder(name, boardPlaces(name).folder) : boardHolder(name);
  return {
    ...{ name, title, isVirtual },
    ...(port === undefined ? {} : { port }),
    ...(holder === undefined ? {} : { holder }),
  };
}

export interface StartedBoard {
  readonly port: string;
  readonly pid: number;
  readonly buildHash: number;
}

/** Starts a virtual board with our own controller in it, for whoever opens its port; it runs until `stopBoard`. */
export async function startBoard(root: string, name: string, mode: LineMode): Promise<StartedBoard> {
  const board = virtualBoard(root, name);
  if (await isRunning(name)) throw new BoardStateError(`${name} runs already, at ${boardPlaces(name).port}`);
  const { folder } = boardPlaces(name);
  const started = await startOnBoard({
    ...{ name, board, mode, folder, seed: 1n, isDetached: true },
    cacheDirectory: modelsDirectory(root),
  });
  return { port: started.port, pid: started.pid, buildHash: started.design.buildHash };
}

export async function stopBoard(root: string, name: string): Promise<void> {
  virtualBoard(root, name);
  if (!(await endBoard(name))) throw new BoardStateError(`${name} does not run`);
}

/** Throws `UnknownBoardError`, or `BoardStateError` for a board that is no simulation. */
function virtualBoard(root: string, name: string): Board {
  const { board, isVirtual } = findBoard(name, boardFolders(root));
  if (!isVirtual)
    throw new BoardStateError(`${name} is a real board; the virtual one is ${virtualName(name)}`);
  return board;
}

export interface BuiltBoard extends Bitstream {
  readonly buildHash: number;
  /** The command that loads it. */
  readonly load: readonly string[];
}

/** Whether the tools for bitstreams are there, for `hilt doctor`. */
export function checkBitstreamTools(): readonly Check[] {
  return (Object.keys(flows) as (keyof typeof flows)[]).map((family) => {
    const tools = flowTools(family);
    return {
      what: `${tools.map(({ name }) => name).join(", ")} (for bitstreams of ${family} boards)`,
      isNeeded: false,
      isThere: tools.every(({ path }) => path !== undefined),
      remedy: flows[family].remedy,
    };
  });
}

/**
 * The bitstream of a board with the device of `target` in it, or with our own controller. Rejects with `BindingError` for a device that is
 * not what its table says, or has more than a board serves.
 */
export async function buildBoard(
  root: string,
  name: string,
  target: { readonly name: string; readonly settings: TargetConfig } | undefined,
  signal: AbortSignal,
): Promise<BuiltBoard> {
  const { board, isVirtual } = findBoard(name, boardFolders(root));
  if (isVirtual) throw new BoardStateError(`${name} is a simulation: hilt boards start builds it`);
  const device = target && deviceOf(linkSettings(root, target.name, target.settings));
  const cacheDirectory = modelsDirectory(root);
  const design = boardDesign(board, device, join(cacheDirectory, "boards"));
  if (device !== undefined) await checkBoardDevice(device, design, cacheDirectory);
  const built = await buildBitstream(board, design, join(hiltDirectory(root), "boards", name), signal);
  const load = board.load.map((word) => word.replaceAll("{bitstream}", built.file));
  return { ...built, buildHash: design.buildHash, load };
}
