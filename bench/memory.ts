import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { silentLog } from "../src/core/log.ts";
import { links, openLink } from "../src/links/registry.ts";
import { type Figure, figure } from "./figure.ts";

const RUNS = 7;
const CYCLES = 100_000;
const [OPENS, IMPORTS] = ["opens", "imports"];

/**
 * What a process holds that has opened a cached engine and let time pass, beyond one that has only loaded the same
 * sources. RAM that nothing touches takes no memory. Each sample is two fresh processes.
 */
export function measureMemory(cacheDirectory: string): Figure[] {
  const self = fileURLToPath(import.meta.url);
  const resident = (what: string): number =>
    Number(
      execFileSync(process.execPath, ["--expose-gc", "--import", "tsx", self, what, cacheDirectory], {
        encoding: "utf8",
      }),
    );
  // The first builds the model, and is no sample.
  resident(OPENS as string);
  const samples = Array.from({ length: RUNS }, () => resident(OPENS as string) - resident(IMPORTS as string));
  return [
    figure("engine and link, memory", "MiB", samples, "resident, beyond a process without; RAM untouched"),
  ];
}

const [, script, what, cacheDirectory] = process.argv;
if (script === fileURLToPath(import.meta.url) && cacheDirectory !== undefined) {
  if (what === OPENS) {
    const options = { seed: 1n, cacheDirectory, log: silentLog };
    const link = await openLink("bench", { link: "simulator", engine: "wasm" }, options);
    await link.idle(CYCLES);
    process.stdout.write(String(residentNow()));
    await link[Symbol.asyncDispose]();
  } else {
    // What the link loads when it is opened.
    await links.simulator.kind();
    await import("../src/links/simulator/simulator-connection.ts");
    await import("../src/engine/wasm-engine.ts");
    process.stdout.write(String(residentNow()));
  }
}

function residentNow(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}
