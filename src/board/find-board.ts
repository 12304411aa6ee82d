import type { Board } from "./board.ts";
import { UnknownBoardError } from "./errors.ts";
import { boardNames, loadBoard } from "./load-board.ts";

/** Each board has a virtual one, whose name begins so. */
const VIRTUAL = "virtual-";

/** A board by the name that `hilt boards` lists. */
export interface FoundBoard {
  readonly board: Board;
  readonly isVirtual: boolean;
}

export function virtualName(name: string): string {
  return `${VIRTUAL}${name}`;
}

export function isVirtualName(name: string): boolean {
  return name.startsWith(VIRTUAL);
}

/** Throws `UnknownBoardError`, or `BoardFileError` with file and key. */
export function findBoard(name: string, folders: readonly string[]): FoundBoard {
  const names = boardNames(folders);
  if (names.includes(name)) return { board: loadBoard(name, folders), isVirtual: false };
  const real = name.slice(VIRTUAL.length);
  if (!isVirtualName(name) || !names.includes(real))
    throw new UnknownBoardError(name, [...names, ...names.map(virtualName)]);
  return { board: loadBoard(real, folders), isVirtual: true };
}
