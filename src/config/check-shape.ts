import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { serialize } from "node:v8";
import { type Config, ConfigError } from "./config.ts";
import { keepFile, keptPlace } from "./kept-file.ts";

/**
 * What `file` exports, if it has the shape of a configuration; a `ConfigError` otherwise that names the key. A value that
 * was found good is known by its hash from then on: to load the schema takes a tenth of a run's start.
 */
export async function checkShape(value: unknown, file: string): Promise<Config> {
  const place = placeOf(value, file);
  if (place !== undefined && existsSync(place)) return value as Config;
  const { configSchema } = await import("./schema.ts");
  const { success, data, error } = (await configSchema()).safeParse(value);
  if (!success) throw explain(error.issues[0] as Issue, file);
  try {
    if (place !== undefined) keepFile(place, "");
  } catch {
    // It is checked again next time.
  }
  return data;
}

/** By the value and the text of what checks it; undefined for a value with something in it that is not data. */
function placeOf(value: unknown, file: string): string | undefined {
  try {
    return keptPlace(file, ".checked", ...schemaTexts(), serialize(value));
  } catch {
    return undefined;
  }
}

/** Of the schema and of the settings of every link. */
function schemaTexts(): Buffer[] {
  const ending = extname(import.meta.url);
  const links = new URL("../links/", import.meta.url);
  const settings = readdirSync(links, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && (!/[\\/]/.test(name) || basename(name, ending) === "settings"))
    .sort();
  const files = [
    new URL(`schema${ending}`, import.meta.url),
    ...settings.map((name) => new URL(name, links)),
  ];
  return files.map((one) => readFileSync(one));
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
