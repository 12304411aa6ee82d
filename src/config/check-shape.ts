import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serialize } from "node:v8";
import { type Config, ConfigError } from "./config.ts";

const SUFFIX = ".checked";

/**
 * What `file` exports, if it has the shape of a configuration; a `ConfigError` otherwise that names the key. A value that
 * was found good is known by its hash from then on: to load the schema takes a tenth of a run's start.
 */
export async function checkShape(value: unknown, file: string): Promise<Config> {
  const folder = join(dirname(file), ".hilt", "config");
  const hash = hashOf(value);
  if (hash !== undefined && existsSync(join(folder, hash + SUFFIX))) return value as Config;
  const { configSchema } = await import("./schema.ts");
  const { success, data, error } = configSchema.safeParse(value);
  if (!success) throw explain(error.issues[0] as Issue, file);
  if (hash !== undefined) remember(folder, hash);
  return data;
}

/** With the schema's own text; undefined for a value with something in it that is no data. */
function hashOf(value: unknown): string | undefined {
  try {
    const schema = readFileSync(fileURLToPath(new URL(`schema${extname(import.meta.url)}`, import.meta.url)));
    return createHash("sha256").update(schema).update(serialize(value)).digest("hex").slice(0, 16);
  } catch {
    return undefined;
  }
}

function remember(folder: string, hash: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder))
      if (name.endsWith(SUFFIX)) rmSync(join(folder, name), { force: true });
    writeFileSync(join(folder, hash + SUFFIX), "");
  } catch {
    // It is checked again next time.
  }
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function explain({ path, message, keys = [] }: Issue, file: string): ConfigError {
  const place = [...path, ...keys.slice(0, 1)]
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
    )
    .join("");
  return new ConfigError(place === "" ? file : `${file}: ${place}`, message);
}
