import { silentLog } from "../src/core/log.ts";
import { buildTarget } from "../src/links/registry.ts";
import { newVerilator } from "./new-verilator.ts";

/**
 * Before any test: the models that many files use, each of which would build its own when they start at once. What a
 * machine lacks for one is told by the tests that need it.
 */
export async function setup(): Promise<void> {
  const options = { cacheDirectory: ".hilt/cache", log: silentLog };
  const target = { link: "simulator", engine: "verilator" } as const;
  await Promise.allSettled([
    buildTarget({ link: "simulator", engine: "wasm" }, options),
    buildTarget(target, options),
    // Throws where it is not installed.
    Promise.resolve().then(() => buildTarget({ ...target, verilator: newVerilator() }, options)),
  ]);
}
