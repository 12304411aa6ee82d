import { hexAddress } from "../../core/hex.ts";
import type { OpenOptions as EngineOptions, Model, Simulation } from "../../engine/engine.ts";
import { ToolError } from "../../engine/errors.ts";
import { type Bank, layOutBanks, PhysicalMemory } from "../../memory/physical-memory.ts";
import { type BankLayout, standardProfile } from "../../memory/platform-profile.ts";
import type { FreshOptions, WavesChoice, WavesWindow } from "../link-kind.ts";
import { SimulatedMemoryError } from "./errors.ts";
import { eventPlaces } from "./event-log.ts";
import { applySettings } from "./harness-settings.ts";
import { RAM_BYTES_LOG2, REGION_BYTES_LOG2 } from "./harness-source.ts";
import { HarnessWindows } from "./harness-windows.ts";
import { SimulatorLink } from "./simulator-link.ts";
import { type BuildOptions, buildModel, type SimulationSettings } from "./simulator-model.ts";
import { paceOf, traitsOf } from "./simulator-traits.ts";
import { RESET_CYCLES, WaveRecorder } from "./wave-recorder.ts";

const REGION_BYTES = 2 ** REGION_BYTES_LOG2;
const RAM_BYTES = 2 ** RAM_BYTES_LOG2;

/** Throws `SimulatedMemoryError` when the harness's RAM is too small, or has no place for a bank. */
export function placeBanks(layouts: readonly BankLayout[]): Bank[] {
  const misfit = layouts.find(({ base, bytes }) => base % REGION_BYTES !== 0 || bytes > REGION_BYTES);
  if (misfit !== undefined) {
    const { base, bytes } = misfit;
    throw new SimulatedMemoryError(
      `a bank of ${bytes} bytes at ${hexAddress(BigInt(base))}: the simulator has banks of at most ${REGION_BYTES} bytes at multiples of that`,
    );
  }
  const whole = layouts.reduce((sum, { bytes }) => sum + bytes, 0);
  if (whole > RAM_BYTES)
    throw new SimulatedMemoryError(`the banks have ${whole} bytes, but the simulator's RAM has ${RAM_BYTES}`);
  return layOutBanks(layouts);
}

/** What one simulation is opened with. */
export interface SimulationOptions extends FreshOptions {
  readonly lastWords?: Pick<NonNullable<EngineOptions["lastWords"]>, "file" | "stallMs">;
  /** What the model has counted is written to this file when the link closes. */
  readonly coverageFile?: string;
  /** By default a simulation of its own memory. */
  readonly open?: (options: EngineOptions) => Simulation | Promise<Simulation>;
  /** Gets the simulation when the link has closed it. */
  readonly onClose?: (simulation: Simulation) => void;
}

/** The device of a model, out of its reset. */
export async function openModel(
  name: string,
  settings: SimulationSettings,
  model: Model,
  options: SimulationOptions,
): Promise<SimulatorLink> {
  const { coverageFile, seed, lastWords, onMessage, waves, open = model.open, onClose } = options;
  const traits = traitsOf(settings, { waves: waves !== undefined });
  const simulation = await open({
    seed,
    ...(lastWords === undefined ? {} : { lastWords: { ...lastWords, places: eventPlaces(traits.vectors) } }),
    onMessage: (message) => onMessage?.({ ...message, cycle: message.cycle - RESET_CYCLES }),
  });
  const banks = placeBanks(options.banks ?? standardProfile.banks);
  const memory = new PhysicalMemory(simulation.array("memory.ram").bytes, banks);
  const recorder =
    waves === undefined
      ? undefined
      : new WaveRecorder(simulation, `${waves.path}.${model.wavesFormat}`, waves);
  const run = (cycles: number): number => recorder?.run(cycles) ?? simulation.run(cycles);
  applySettings(simulation, settings.harness ?? {}, seed);
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
    windows: new HarnessWindows(simulation, memory, banks, settings.harness?.maximumWindows),
    waves: recorder,
    signalPatterns: settings.signals ?? [],
    traits,
    pace: paceOf(settings),
    run,
    close: async () => {
      try {
        await recorder?.close();
        if (coverageFile !== undefined) simulation.writeCoverage?.(coverageFile);
      } finally {
        simulation.close();
        onClose?.(simulation);
      }
    },
  });
}

/** Builds a model, or takes it from the cache, and opens it. */
export async function openSimulator(
  name: string,
  settings: SimulationSettings,
  options: Omit<BuildOptions, "coverage"> &
    SimulationOptions & { readonly waves?: WavesChoice & WavesWindow },
): Promise<SimulatorLink> {
  const model = await buildModel(settings, { ...options, coverage: options.coverageFile !== undefined });
  return await openModel(name, settings, model, options);
}
