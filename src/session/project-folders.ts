import { join } from "node:path";
import { BOARDS } from "../board/own-boards.ts";

/** Where a project keeps what hilt makes for it. */
export function hiltDirectory(root: string): string {
  return join(root, ".hilt");
}

/** Where built models are kept. */
export function modelsDirectory(root: string): string {
  return join(hiltDirectory(root), "models");
}

/** A project's own boards come before those of the same name that come with hilt. */
export function boardFolders(root: string): readonly string[] {
  return [join(root, "boards"), BOARDS];
}
