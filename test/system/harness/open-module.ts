import { fileURLToPath } from "node:url";
import { silentLog } from "../../../src/core/log.ts";
import type { Simulation } from "../../../src/engine/engine.ts";
import { parseFileList } from "../../../src/engine/file-list.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
export const options = { cacheDirectory: ".hilt/cache", log: silentLog };

/** A module of the harness by itself, in the built-in engine. */
export async function openModule(
  top: string,
  parameters: Readonly<Record<string, number>> = {},
): Promise<Simulation> {
  const { files } = parseFileList(`${root}sim/harness/harness.f`, root);
  const alone = files.filter((file) => !/hilt_harness(_rules)?\.v$/.test(file));
  const model = await new WasmEngine(options).build({ top, files: alone, parameters, clock: "clk" });
  return model.open({ seed: 1n });
}

export type Inputs = Readonly<Record<string, number>>;

export function set(simulation: Simulation, inputs: Inputs): void {
  for (const [name, value] of Object.entries(inputs)) simulation.port(name).write(value);
}
