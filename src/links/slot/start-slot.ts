import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../../engine/engine.ts";
import { startModelProcess } from "../../engine/verilator/model-process.ts";
import { VerilatorEngine, type VerilatorOptions } from "../../engine/verilator-engine.ts";
import { settingsWords } from "../cocotb/settings-words.ts";
import { vectorsOf } from "../device-binding.ts";
import { explainBinding } from "../explain-binding.ts";
import { refuseShape } from "../refuse-shape.ts";
import { SlotError } from "./errors.ts";
import { type FunctionSettings, TABLE_BYTES } from "./settings.ts";
import { slotSource } from "./slot-source.ts";
import type { SlotTarget } from "./slot-traits.ts";

export interface BuildSlotOptions extends Omit<VerilatorOptions, "verilator"> {
  readonly settings: SlotTarget;
  /** It can record waves. */
  readonly waves?: boolean;
}

/** Files of a slot that was built. Plain data. */
export interface BuiltSlot {
  /** The library of the model. */
  readonly library: string;
  readonly program: string;
}

export interface StartSlotOptions {
  readonly name: string;
  readonly settings: SlotTarget;
  readonly built: BuiltSlot;
  /** A folder of its own, which goes with it; short, since a socket's path has 107 bytes. */
  readonly folder: string;
  /** `stepped`: moved by its control channel. `free`: runs by itself. */
  readonly time: "stepped" | "free";
}

/** A slot in a process of its own. */
export interface RunningSlot extends AsyncDisposable {
  readonly pid: number;
  /** Unix socket of vfio-user. */
  readonly socket: string;
  /** Unix socket of the control channel. */
  readonly control: string;
  /** Rejects when the process ends without having been asked to. */
  readonly lost: Promise<never>;
}

const DEFAULT_BAR_BYTES = 65_536;

/**
 * The model of the device and the program that runs it, from the cache where they are there. Rejects with `BindingError` for
 * a device that is not what its table says, or has more than a slot serves.
 */
export async function buildSlot(options: BuildSlotOptions): Promise<BuiltSlot & { readonly model: Model }> {
  const { settings, cacheDirectory, log, waves = false } = options;
  const { verilator, device } = settings;
  const engine = new VerilatorEngine({
    cacheDirectory,
    ...(log === undefined ? {} : { log }),
    ...(verilator === undefined ? {} : { verilator }),
  });
  const source = slotSource(device, cacheDirectory, settings.harness);
  if (device !== undefined) await refuseShape(device, source, engine, cacheDirectory);
  const model = await engine
    .build(waves ? { ...source, waves: [] } : source)
    .catch(async (error: unknown) => {
      throw device === undefined ? error : await explainBinding(error, device, source, engine);
    });
  const { model: library, program } = await engine.program("simulated slot", model);
  return { model, library, program };
}

/** Resolves when the sockets are there. Rejects with `SlotError`. */
export async function startSlot(options: StartSlotOptions): Promise<RunningSlot> {
  const { name, settings, built, folder, time } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [socket, control] = [join(folder, "slot"), join(folder, "control")];
  const words = [
    ...[`model=${built.library}`, `socket=${socket}`, `control=${control}`, `name=${name}`, `time=${time}`],
    ...[...functionWords(settings.function ?? {}), `vectors=${vectorsOf(settings.device)}`, "parent=stdin"],
    `settings=${Buffer.from(settingsWords(settings.harness ?? {}, 1n, [])).toString("hex")}`,
  ];
  const { pid, lost, ...process } = await startModelProcess(built.program, {
    words,
    endError: (how, cause) => new SlotError(name, how, cause),
    silenceError: (what) => new SlotError(name, what),
  });
  return {
    ...{ pid, socket, control, lost },
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function functionWords(settings: FunctionSettings): string[] {
  const { vendorId = 0x1234, deviceId = 0x11e9, barBits = 64, interrupts = "msi" } = settings;
  const { barBytes = DEFAULT_BAR_BYTES } = settings;
  const table = interrupts === "msi-x" ? [`table=${barBytes - TABLE_BYTES}`] : [];
  return [
    ...[`vendor=${vendorId}`, `device=${deviceId}`, `barBytes=${barBytes}`, `wide=${barBits === 64 ? 1 : 0}`],
    ...table,
  ];
}
