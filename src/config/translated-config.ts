import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeWhole } from "../core/write-whole.ts";

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
  const folder = join(dirname(file), ".hilt", "config");
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const place = join(folder, `${hash}.mjs`);
  if (existsSync(place)) return place;
  try {
    const { transformWithOxc } = await import("vite");
    const { code } = await transformWithOxc(text, file);
    writeWhole(place, code);
    // Another run may be about to load the one of this state.
    for (const name of readdirSync(folder))
      if (name.endsWith(".mjs") && name !== `${hash}.mjs`) rmSync(join(folder, name), { force: true });
    return place;
  } catch {
    return undefined;
  }
}
