import { createHash } from "node:crypto";
import type { ModelSource } from "./engine.ts";

/** Content hash of everything that decides what a build gives: `tools` (the engine itself, what it runs), options, sources. */
export function sourceKey(
  source: ModelSource,
  tools: readonly string[],
  ...files: readonly ReadonlyMap<string, string>[]
): string {
  const hash = createHash("sha256");
  const add = (value: unknown): void => {
    hash.update(`${JSON.stringify(value)}\n`);
  };
  add(tools);
  add([source.top, source.clock, source.stop ?? null, source.files, source.includeDirectories ?? []]);
  add(Object.entries(source.parameters ?? {}).map(([name, value]) => [name, String(value)]));
  add(source.defines ?? {});
  add([source.trace ?? [], source.waves ?? null, source.coverage === true]);
  for (const map of files) add([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return hash.digest("hex").slice(0, 32);
}
