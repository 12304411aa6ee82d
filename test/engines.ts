import type { Engine } from "../src/engine/engine.ts";
import { VerilatorEngine } from "../src/engine/verilator-engine.ts";
import { WasmEngine } from "../src/engine/wasm-engine.ts";

/** Every engine by its name, for tests that run on all of them. */
export const engines = {
  wasm: (options: { cacheDirectory: string }): Engine => new WasmEngine(options),
  verilator: (options: { cacheDirectory: string }): Engine => new VerilatorEngine(options),
} as const;

export type EngineName = keyof typeof engines;
