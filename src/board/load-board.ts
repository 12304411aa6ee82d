import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import type { Board } from "./board.ts";
import { BoardFileError, UnknownBoardError } from "./errors.ts";
import { boardSchema } from "./schema.ts";

/** `virtual-` begins the name of a simulation. */
const NAME = /^(?!virtual-)[\w.-]+$/;

/** Names of the boards in `folders`, each a folder that has one for each board; the first that has a name wins. */
export function boardNames(folders: readonly string[]): readonly string[] {
  const names = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((name) => existsSync(join(folder, name, "board.yaml"))));
  return [...new Set(names)].sort();
}

/** Throws `UnknownBoardError`, or `BoardFileError` with file and key. */
export function loadBoard(name: string, folders: readonly string[]): Board {
  const file = folders.map((folder) => join(folder, name, "board.yaml")).find((path) => existsSync(path));
  if (file === undefined || name.includes("/")) throw new UnknownBoardError(name, boardNames(folders));
  if (!NAME.test(name))
    throw new BoardFileError(
      dirname(file),
      "the name of a board has letters of ASCII, digits, and . _ - alone, and does not begin with virtual-",
    );
  if (!isFile(file)) throw new BoardFileError(file, "is not a file");
  const board = parseBoard(readFileSync(file, "utf8"), file);
  for (const needed of ["top.v", board.constraints])
    if (!isFile(join(board.folder, needed)))
      throw new BoardFileError(file, `there is no file ${needed} beside it`);
  return board;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The board that the text of a `board.yaml` describes. Throws `BoardFileError`. */
export function parseBoard(text: string, file: string): Board {
  const folder = dirname(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new BoardFileError(
      `${file}:${line}:${col}`,
      problem.message.split("\n")[0]?.replace(/ at line .*/, "") ?? "",
    );
  }
  const { success, data, error } = boardSchema.safeParse(valuesOf(document, file));
  if (success) return { name: folder.split("/").at(-1) as string, folder, ...data };
  const [{ path, message, ...issue }] = error.issues as [(typeof error.issues)[0]];
  const unknown = "keys" in issue ? (issue.keys as string[]).slice(0, 1) : [];
  const place = [...path, ...unknown]
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
    )
    .join("");
  throw new BoardFileError(place === "" ? file : `${file}: ${place}`, message);
}

/** An alias stands for what was said elsewhere: of nothing, or of itself many times over, it has no value. */
function valuesOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new BoardFileError(file, (error as Error).message);
  }
}
