import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Initramfs } from "./initramfs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What no card needs: the synthesis for boards, and their serial lines. */
const notForCards = new Set(["@yowasp/yosys", "serialport"]);

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Puts the product into `folder` of the guest as an installation has it: its package, as it was `built`, and what that needs. Gives
 * back the files of machine code, which need libraries.
 */
export function installProduct(image: Initramfs, folder: string, built: string): string[] {
  const home = join(folder, "hilt");
  for (const name of ["package.json", "bin"]) image.copy(join(home, name), join(root, name));
  image.copy(join(home, "dist"), built, isRun);
  return [...packagesOf(".")].flatMap((place) => {
    image.copy(join(folder, relative("node_modules", place)), join(root, place), isRun);
    const files = readdirSync(join(root, place), { recursive: true, encoding: "utf8" });
    return files
      .filter((name) => name.endsWith(".node") && name.split("/").every(isRun))
      .map((name) => join(root, place, name));
  });
}

/** The folders of packages that the one at `path` needs, and of those that they need, from the root of the clone. */
function packagesOf(path: string, found = new Set<string>()): ReadonlySet<string> {
  const text = readFileSync(join(root, path, "package.json"), "utf8");
  const { dependencies, optionalDependencies } = JSON.parse(text) as Manifest;
  for (const name of Object.keys({ ...optionalDependencies, ...dependencies })) {
    const place = notForCards.has(name) ? undefined : placeOf(name, path);
    // Those of other platforms are not installed.
    if (place === undefined || found.has(place)) continue;
    found.add(place);
    packagesOf(place, found);
  }
  return found;
}

/** Where Node finds a package that the one at `path` needs: in the nearest folder that has it. */
function placeOf(name: string, path: string): string | undefined {
  for (let at = path; ; at = dirname(at)) {
    const place = join(at, "node_modules", name);
    if (existsSync(join(root, place))) return place;
    if (at === ".") return undefined;
  }
}

/** Types, sources and pages are not needed to run a package. */
function isRun(name: string): boolean {
  return (
    !["vendor", "musl_x64", "node_modules"].includes(name) &&
    !/\.(?:md|map|d\.[mc]?ts|cc|hh|S|asm|inc)$/.test(name)
  );
}
