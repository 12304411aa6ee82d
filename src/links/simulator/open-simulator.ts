import { join } from "node:path";
import type { Pace, Traits } from "../../bus/traits.ts";
import { physicalAddress } from "../../core/address.ts";
import { hexAddress } from "../../core/hex.ts";
import type { Engine, Model, ModelSource } from "../../engine/engine.ts";
import { ToolError } from "../../engine/errors.ts";
import { type Bank, PhysicalMemory } from "../../memory/physical-memory.ts";
import { type BankLayout, standardProfile } from "../../memory/platform-profile.ts";
import type { BuildOptions, BuildSummary, OpenOptions, WavesChoice } from "../open-options.ts";
import type { DeviceSource } from "./device-binding.ts";
import { NoCoverageError, SimulatedMemoryError } from "./errors.ts";
import { EVENT_PLACES } from "./event-log.ts";
import { explainBinding } from "./explain-binding.ts";
import { applySettings, type HarnessSettings } from "./harness-settings.ts";
import { boundSource, harnessSource, RAM_BYTES_LOG2, REGION_BYTES_LOG2 } from "./harness-source.ts";
import { HarnessWindows } from "./harness-windows.ts";
import { usefulSignals } from "./signal-groups.ts";
import { FREQUENCY_HZ, SimulatorLink } from "./simulator-link.ts";
import { RESET_CYCLES, WaveRecorder } from "./wave-recorder.ts";

export interface SimulatorSettings {
  readonly engine: "wasm" | "verilator";
  /** Path of the command of Verilator; by default the one on the PATH. */
  readonly verilator?: string;
  /** More options for Verilator. */
  readonly verilatorOptions?: readonly string[];
  /** CPU time that each program of a build may take. */
  readonly buildLimitSeconds?: number;
  readonly harness?: HarnessSettings;
  /** `message`: the host sees that the line rises, never that it is high, as with MSI. By default `level`. */
  readonly interrupts?: Traits["interrupts"];
  /** The device; by default our own, with the Verilog of this installation. */
  readonly device?: DeviceSource;
}

/** Between two bursts of a device that does one after the other. */
const CYCLES_AROUND_A_BURST = 16;
const REGION_BYTES = 2 ** REGION_BYTES_LOG2;
const RAM_BYTES = 2 ** RAM_BYTES_LOG2;

/** Bank behind bank in the harness's RAM. Throws `SimulatedMemoryError` when it is too small or has no place for one. */
function placeBanks(layouts: readonly BankLayout[]): Bank[] {
  let offset = 0;
  return layouts.map(({ base, bytes }) => {
    if (base % REGION_BYTES !== 0 || bytes > REGION_BYTES) {
      throw new SimulatedMemoryError(
        `a bank of ${bytes} bytes at ${hexAddress(BigInt(base))}: the simulator has banks of at most ${REGION_BYTES} bytes at multiples of that`,
      );
    }
    const bank = { base: physicalAddress(BigInt(base)), lengthBytes: bytes, offset };
    offset += bytes;
    if (offset > RAM_BYTES) {
      throw new SimulatedMemoryError(
        `the banks have ${offset} bytes, but the simulator's RAM has ${RAM_BYTES}`,
      );
    }
    return bank;
  });
}

/** What simulations of these settings are like. */
function traitsOf({ interrupts = "level" }: SimulatorSettings, waves: boolean): Traits {
  return {
    ...{ time: "stepped", interrupts, registerErrors: "reported", observes: "bursts", errors: true, waves },
    // Permissions are kept for words of the widest bus.
    windows: { readUnit: 8, writeUnit: 8, reportsFaults: true },
    ...{ registerBits: 32, users: "many" },
  };
}

/** Bursts of one word, one at a time, and all of them late. */
function paceOf({ harness = {}, device }: SimulatorSettings): Pace {
  const { readLatency = 1, writeLatency = 1, stalls = 0 } = harness;
  const latency = Math.max(...[readLatency, writeLatency].flat());
  const stall = Math.max(...(typeof stalls === "number" ? [stalls] : Object.values(stalls)), 0);
  const cycles = (latency + CYCLES_AROUND_A_BURST) / (1 - stall);
  const wordBytes = (device?.binding.dataWidth ?? 64) / 8;
  return { accessMs: (1000 * cycles) / FREQUENCY_HZ, bytesPerSecond: (wordBytes * FREQUENCY_HZ) / cycles };
}

type EngineOptions = BuildOptions &
  Pick<SimulatorSettings, "verilator" | "verilatorOptions" | "buildLimitSeconds">;

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

function engineOf(settings: SimulatorSettings, options: BuildOptions): Promise<Engine> {
  const { engine: kind, verilator, verilatorOptions, buildLimitSeconds } = settings;
  const key = JSON.stringify([kind, verilator, verilatorOptions, buildLimitSeconds, options.cacheDirectory]);
  const known = engines.get(key);
  if (known !== undefined) return known;
  const engine = engineKinds[kind]({ ...settings, ...options });
  engines.set(key, engine);
  return engine;
}

async function buildModel(settings: SimulatorSettings, options: BuildOptions): Promise<Model> {
  const { coverage = false } = options;
  if (coverage && settings.engine !== "verilator") throw new NoCoverageError(settings.engine);
  const harness =
    settings.device === undefined
      ? harnessSource()
      : boundSource(settings.device, join(options.cacheDirectory, "devices"));
  const source = coverage ? { ...harness, coverage } : harness;
  const engine = await engineOf(settings, options);
  try {
    return await engine.build({ ...source, ...(options.waves === undefined ? {} : recorded(options.waves)) });
  } catch (error) {
    if (settings.device === undefined) throw error;
    throw await explainBinding(error, settings.device, source, engine);
  }
}

function recorded({ patterns = usefulSignals, from }: WavesChoice): Partial<ModelSource> {
  return { waves: patterns, ...(typeof from === "string" ? { trace: [from] } : {}) };
}

export async function buildSimulator(
  settings: SimulatorSettings,
  options: BuildOptions,
): Promise<BuildSummary> {
  const { fromCache, buildMs, source, warnings } = await buildModel(settings, options);
  const sources = [...source.files, ...(source.includeDirectories ?? [])];
  return { fromCache, buildMs, sources, warnings };
}

export async function openSimulator(
  name: string,
  settings: SimulatorSettings,
  options: OpenOptions,
): Promise<SimulatorLink> {
  const { coverageFile } = options;
  const model = await buildModel(settings, { ...options, coverage: coverageFile !== undefined });
  const simulation = model.open({
    seed: options.seed,
    ...(options.lastWords === undefined ? {} : { lastWords: { ...options.lastWords, places: EVENT_PLACES } }),
    onMessage: (message) => options.onMessage?.({ ...message, cycle: message.cycle - RESET_CYCLES }),
  });
  const banks = placeBanks(options.banks ?? standardProfile.banks);
  const memory = new PhysicalMemory(simulation.array("memory.ram").bytes, banks);
  const { waves } = options;
  const recorder =
    waves === undefined
      ? undefined
      : new WaveRecorder(simulation, `${waves.path}.${model.wavesFormat}`, waves);
  const run = (cycles: number): number => recorder?.run(cycles) ?? simulation.run(cycles);
  applySettings(simulation, settings.harness ?? {}, options.seed);
  for (const [index, bank] of banks.entries()) {
    simulation.port(`cfg_region_base_${index}`).write(bank.base);
  }
  simulation.port("cfg_region_enable").write(2 ** banks.length - 1);
  simulation.port("rst").write(1);
  if (run(RESET_CYCLES) < RESET_CYCLES) {
    throw new ToolError(
      `the device cannot be reset: the simulation stopped in cycle ${simulation.cycle} of its reset`,
    );
  }
  simulation.port("rst").write(0);
  // What registers without a value do before their reset shows nothing.
  if (coverageFile !== undefined) simulation.clearCoverage?.();
  return new SimulatorLink({
    name,
    simulation,
    memory,
    windows: new HarnessWindows(simulation, memory, banks),
    waves: recorder,
    traits: traitsOf(settings, waves !== undefined),
    pace: paceOf(settings),
    run,
    close: async () => {
      try {
        await recorder?.close();
        if (coverageFile !== undefined) simulation.writeCoverage?.(coverageFile);
      } finally {
        simulation.close();
      }
    },
  });
}
