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

/** `hilt_harness_memory` out of reset, with one window over all of its first region. */
export async function openMemory(
  inputs: Inputs = {},
  parameters: Readonly<Record<string, number>> = { RAM_BYTES_LOG2: 16, REGION_BYTES_LOG2: 14 },
): Promise<Simulation> {
  const memory = await openModule("hilt_harness_memory", parameters);
  for (const name of ["read_permission", "write_permission"]) memory.array(name).bytes.fill(0xff);
  set(memory, { cfg_region_enable: 1, cfg_read_outstanding: 64, cfg_write_outstanding: 64 });
  set(memory, { read_latency: 1, write_latency: 1, rst: 1, ...inputs });
  memory.run(2);
  memory.port("rst").write(0);
  return memory;
}
