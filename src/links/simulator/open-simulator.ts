import { join } from "node:path";
import { physicalAddress } from "../../core/address.ts";
import type { Engine, Model } from "../../engine/engine.ts";
import { WasmEngine } from "../../engine/wasm-engine.ts";
import { type Bank, PhysicalMemory } from "../../memory/physical-memory.ts";
import type { BuildOptions, BuildSummary, OpenOptions } from "../open-options.ts";
import type { DeviceSource } from "./device-binding.ts";
import { applySettings, type HarnessSettings } from "./harness-settings.ts";
import { boundSource, harnessSource, REGION_BYTES_LOG2 } from "./harness-source.ts";
import { HarnessWindows } from "./harness-windows.ts";
import { SimulatorLink } from "./simulator-link.ts";
import { WaveRecorder } from "./wave-recorder.ts";

export interface SimulatorSettings {
  readonly engine: "wasm";
  readonly harness?: HarnessSettings;
  /** The device; by default our own, with the Verilog of this installation. */
  readonly device?: DeviceSource;
}

const RESET_CYCLES = 4;
const BANK_BYTES = 2 ** REGION_BYTES_LOG2;

/** One bank below and one above 4 GiB, so that a device of 32 address bits cannot reach everything. */
const banks: readonly Bank[] = [
  { base: physicalAddress(0x1000_0000n), lengthBytes: BANK_BYTES, offset: 0 },
  { base: physicalAddress(0x1_8000_0000n), lengthBytes: BANK_BYTES, offset: BANK_BYTES },
];

const engineKinds: Readonly<Record<SimulatorSettings["engine"], (options: BuildOptions) => Engine>> = {
  wasm: ({ cacheDirectory, log }) => new WasmEngine({ cacheDirectory, log }),
};

/** One engine for each cache, so that a model that a test has warmed up stays warm for the next. */
const engines = new Map<string, Engine>();

function engineOf(kind: SimulatorSettings["engine"], options: BuildOptions): Engine {
  const key = `${kind} ${options.cacheDirectory}`;
  const known = engines.get(key);
  if (known !== undefined) return known;
  const engine = engineKinds[kind](options);
  engines.set(key, engine);
  return engine;
}

function buildModel(settings: SimulatorSettings, options: BuildOptions): Promise<Model> {
  const source =
    settings.device === undefined
      ? harnessSource()
      : boundSource(settings.device, join(options.cacheDirectory, "devices"));
  const { patterns = [], from } = options.waves ?? {};
  const trace = typeof from === "string" ? [...patterns, from] : patterns;
  return engineOf(settings.engine, options).build({ ...source, trace });
}

export async function buildSimulator(
  settings: SimulatorSettings,
  options: BuildOptions,
): Promise<BuildSummary> {
  const { fromCache, buildMs } = await buildModel(settings, options);
  return { fromCache, buildMs };
}

export async function openSimulator(
  name: string,
  settings: SimulatorSettings,
  options: OpenOptions,
): Promise<SimulatorLink> {
  const model = await buildModel(settings, options);
  const simulation = model.open({
    seed: options.seed,
    onMessage: ({ kind, text, place, cycle }) =>
      options.log.info(`${place}: ${kind} in cycle ${cycle}: ${text}`),
  });
  const memory = new PhysicalMemory(simulation.array("memory.ram").bytes, banks);
  const recorder = options.waves === undefined ? undefined : new WaveRecorder(simulation, options.waves);
  const run = (cycles: number): number => recorder?.run(cycles) ?? simulation.run(cycles);
  applySettings(simulation, settings.harness ?? {}, options.seed);
  for (const [index, bank] of banks.entries()) {
    simulation.port(`cfg_region_base_${index}`).write(bank.base);
  }
  simulation.port("cfg_region_enable").write(2 ** banks.length - 1);
  simulation.port("rst").write(1);
  run(RESET_CYCLES);
  simulation.port("rst").write(0);
  return new SimulatorLink({
    name,
    simulation,
    memory,
    windows: new HarnessWindows(simulation, memory, banks),
    hasWaves: recorder !== undefined,
    run,
    close: async () => {
      await recorder?.close();
      simulation.close();
    },
  });
}
