import { createHash } from "node:crypto";
import type { ModelSource } from "./engine.ts";
import type { SourceTree } from "./source-tree.ts";

/** Hash of everything that is asked of a build, without the files' content: `tools` (the engine itself, what it runs), options. */
export function requestKey(source: ModelSource, tools: readonly string[]): string {
  return hashOf([
    tools,
    [source.top, source.clock, source.stop ?? null, source.files, source.includeDirectories ?? []],
    Object.entries(source.parameters ?? {}).map(([name, value]) => [name, String(value)]),
    source.defines ?? {},
    [source.trace ?? [], source.waves ?? null, source.coverage === true],
  ]);
}

/** Hash of everything that decides what a build gives: the request and all that its tools can see. */
export function sourceKey(request: string, { files, references }: SourceTree): string {
  const contents = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return hashOf([
    request,
    contents.map(([path, bytes]) => [path, createHash("sha256").update(bytes).digest("hex")]),
    references.map(({ kind, from, name, path }) => [kind, from, name, path ?? null]),
  ]);
}

function hashOf(parts: readonly unknown[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${JSON.stringify(part)}\n`);
  return hash.digest("hex").slice(0, 32);
}
