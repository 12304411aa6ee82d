import { join } from "node:path";

/** Where a project keeps what hilt makes for it. */
export function hiltDirectory(root: string): string {
  return join(root, ".hilt");
}

/** Where built models are kept. */
export function modelsDirectory(root: string): string {
  return join(hiltDirectory(root), "models");
}
