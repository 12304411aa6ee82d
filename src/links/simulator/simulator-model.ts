import { join } from "node:path";
import type { Log } from "../../core/log.ts";
import type { Engine, Model, ModelSource } from "../../engine/engine.ts";
import { explainBinding } from "../explain-binding.ts";
import type { WavesChoice } from "../link-kind.ts";
import { refuseShape } from "../refuse-shape.ts";
import type { Resolved } from "../registry.ts";
import { usefulSignals } from "../signal-groups.ts";
import { NoCoverageError } from "./errors.ts";
import { boundSource, harnessSource } from "./harness-source.ts";
import type { SimulatorSettings } from "./settings.ts";

/** What a simulator is made of. */
export interface SimulationSettings extends Resolved<SimulatorSettings> {
  /** More options for Verilator. */
  readonly verilatorOptions?: readonly string[];
}

export interface BuildOptions {
  /** Where built models are kept. */
  readonly cacheDirectory: string;
  readonly log: Log;
  /** The model can record these signals. */
  readonly waves?: WavesChoice;
  /** The model counts lines, toggles and `cover` statements. */
  readonly coverage?: boolean;
}

type EngineOptions = BuildOptions & SimulationSettings;

/** They are loaded when they are asked for: the built-in one needs nothing of the other. */
const engineKinds: Readonly<
  Record<SimulatorSettings["engine"], (options: EngineOptions) => Promise<Engine>>
> = {
  wasm: async ({ cacheDirectory, log, buildLimitSeconds: limitSeconds }) => {
    const { WasmEngine } = await import("../../engine/wasm-engine.ts");
    return new WasmEngine({ cacheDirectory, log, limitSeconds });
  },
  verilator: async ({
    cacheDirectory,
    log,
    verilator,
    verilatorOptions,
    buildLimitSeconds: limitSeconds,
  }) => {
    const { VerilatorEngine } = await import("../../engine/verilator-engine.ts");
    return new VerilatorEngine({
      ...{ cacheDirectory, log, limitSeconds },
      ...(verilator === undefined ? {} : { verilator }),
      ...(verilatorOptions === undefined ? {} : { options: verilatorOptions }),
    });
  },
};

/** One engine for each cache, so that a model that a test has warmed up stays warm for the next. */
const engines = new Map<string, Promise<Engine>>();

function engineOf(settings: SimulationSettings, options: BuildOptions): Promise<Engine> {
  const { engine: kind, verilator, verilatorOptions, buildLimitSeconds } = settings;
  const key = JSON.stringify([kind, verilator, verilatorOptions, buildLimitSeconds, options.cacheDirectory]);
  const known = engines.get(key);
  if (known !== undefined) return known;
  const engine = engineKinds[kind]({ ...settings, ...options });
  engines.set(key, engine);
  return engine;
}

function sourceOf({ device, harness }: SimulationSettings, { cacheDirectory }: BuildOptions): ModelSource {
  return device === undefined
    ? harnessSource(undefined, harness)
    : boundSource(device, join(cacheDirectory, "devices"), harness);
}

/** Throws `BindingError` for a device of the user's with more than the harness serves: nobody would answer it. */
export async function checkShape(settings: SimulationSettings, options: BuildOptions): Promise<void> {
  const { device } = settings;
  if (device === undefined) return;
  const engine = await engineOf(settings, options);
  await refuseShape(device, sourceOf(settings, options), engine, options.cacheDirectory);
}

/** The device in the harness, as a model; from the cache where it is there. */
export async function buildModel(settings: SimulationSettings, options: BuildOptions): Promise<Model> {
  const { coverage = false } = options;
  if (coverage && settings.engine !== "verilator") throw new NoCoverageError(settings.engine);
  const harness = sourceOf(settings, options);
  const source = coverage ? { ...harness, coverage } : harness;
  const engine = await engineOf(settings, options);
  try {
    return await engine.build({ ...source, ...looksInside(settings, options) });
  } catch (error) {
    if (settings.device === undefined) throw error;
    throw await explainBinding(error, settings.device, source, engine);
  }
}

/** A model that another process has built, and what to build it of should it be gone. */
export interface BuiltModel {
  readonly key: string;
  readonly source: ModelSource;
}

export async function loadModel(
  settings: SimulationSettings,
  { key, source }: BuiltModel,
  options: BuildOptions,
): Promise<Model> {
  const engine = await engineOf(settings, options);
  return engine.load(source, key) ?? (await buildModel(settings, options));
}

/** What of the design can be seen from outside. */
function looksInside({ signals = [] }: SimulationSettings, { waves }: BuildOptions): Partial<ModelSource> {
  const trace = [...signals, ...(typeof waves?.from === "string" ? [waves.from] : [])];
  return {
    ...(waves === undefined ? {} : { waves: waves.patterns ?? usefulSignals }),
    ...(trace.length === 0 ? {} : { trace }),
  };
}
