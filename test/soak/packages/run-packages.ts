import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageNames } from "./packages.ts";
import { regressionsOf } from "./regressions.ts";
import { type EngineOutcomes, type PackageOutcomes, soakPackage } from "./soak-packages.ts";

const FILE = fileURLToPath(new URL("./outcomes.json", import.meta.url));

export function lastOutcomes(): Readonly<Record<string, PackageOutcomes>> {
  return JSON.parse(readFileSync(FILE, "utf8"));
}

/** Prints what came of the packages and what is worse than the last time; true if something is. */
export async function runPackages(only: string | undefined, update: boolean): Promise<boolean> {
  const last = lastOutcomes();
  const now: Record<string, PackageOutcomes> = { ...last };
  const regressions: string[] = [];
  for (const name of only === undefined ? packageNames : [only]) {
    const folder = mkdtempSync(join(tmpdir(), "hilt-packages-"));
    try {
      const outcomes = await soakPackage(name, folder);
      now[name] = outcomes;
      regressions.push(...regressionsOf(name, last[name], outcomes));
      console.log(`${name}: ${counted(outcomes)}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    if (update) writeFileSync(FILE, `${JSON.stringify(now, undefined, 2)}\n`);
  }
  for (const text of regressions) console.log(`WORSE: ${text}`);
  return regressions.length > 0 && !update;
}

function counted({ wasm, verilator, "no verdict": skipped }: PackageOutcomes): string {
  const text = (outcomes: EngineOutcomes): string =>
    Object.entries(outcomes)
      .map(([kind, of]) => `${typeof of === "number" ? of : Object.keys(of).length} ${kind}`)
      .join(", ");
  return `wasm ${text(wasm)}; verilator ${text(verilator)}; ${Object.keys(skipped).length} without a verdict`;
}
