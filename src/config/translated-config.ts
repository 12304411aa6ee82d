import { existsSync, readFileSync } from "node:fs";
import { keepFile, keptPlace } from "./kept-file.ts";

/** What a file means by its place, or what Node reads in another way than Vite: Vite loads such a configuration. */
const DEPENDS_ON_PLACE =
  /(?:\bfrom|\bimport)\s*\(?\s*["'`][./]|\bimport\s*\(|\bimport\.meta\b|\b__(?:dir|file)name\b|\brequire\b|\bmodule\.exports\b/;

/**
 * A configuration in JavaScript, translated once for each state of it: to let Vite bundle it takes a tenth of a run's start.
 * Undefined when it has to be, and when it cannot be translated, which Vite will explain.
 */
export async function translatedConfig(file: string): Promise<string | undefined> {
  const text = readFileSync(file, "utf8");
  if (DEPENDS_ON_PLACE.test(text)) return undefined;
  const place = keptPlace(file, ".mjs", versionOfVite(), text);
  if (existsSync(place)) return place;
  try {
    const { transformWithOxc } = await import("vite");
    const { code } = await transformWithOxc(text, file);
    keepFile(place, code);
    return place;
  } catch {
    return undefined;
  }
}

/** It translates. */
function versionOfVite(): Buffer {
  const description = new URL("../../package.json", import.meta.resolve("vite"));
  return readFileSync(description);
}
