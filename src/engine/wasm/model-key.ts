import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ModelSource } from "../engine.ts";
import { sourceKey } from "../source-key.ts";

/** Content hash of everything that decides what a build gives: sources, options, and the engine itself. */
export function modelKey(source: ModelSource, ...files: readonly ReadonlyMap<string, string>[]): string {
  return sourceKey(source, [engineHash()], ...files);
}

let knownEngineHash: string | undefined;

/** The engine's own files stand for its version, with the one of Yosys: nobody can forget to raise a number. */
function engineHash(): string {
  if (knownEngineHash !== undefined) return knownEngineHash;
  const hash = createHash("sha256");
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const names = readdirSync(folder).filter((name) => /(?<!\.d)\.[jt]s$/.test(name));
  for (const name of names.sort()) hash.update(name).update(readFileSync(`${folder}/${name}`));
  hash.update(yosysVersion());
  knownEngineHash = hash.digest("hex");
  return knownEngineHash;
}

/** From this package's own description, which pins it. */
function yosysVersion(): string {
  const path = fileURLToPath(new URL("../../../package.json", import.meta.url));
  const { dependencies } = JSON.parse(readFileSync(path, "utf8")) as { dependencies: Record<string, string> };
  return dependencies["@yowasp/yosys"] ?? "unknown";
}
