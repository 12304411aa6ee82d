import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { Board } from "./board.ts";
import { BoardFileError, UnknownBoardError } from "./errors.ts";
import { boardSchema } from "./schema.ts";

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
  if (file === undefined || !/^[\w.-]+$/.test(name)) throw new UnknownBoardError(name, boardNames(folders));
  const board = parseBoard(readFileSync(file, "utf8"), file);
  for (const needed of ["top.v", board.constraints])
    if (!existsSync(join(board.folder, needed)))
      throw new BoardFileError(file, `there is no ${needed} beside it`);
  return board;
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
  const { success, data, error } = boardSchema.safeParse(document.toJS());
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
