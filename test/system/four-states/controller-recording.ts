import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { silentLog } from "../../../src/core/log.ts";
import type { ModelSource, Simulation } from "../../../src/engine/engine.ts";
import { parseFileList } from "../../../src/engine/file-list.ts";
import { hiltDma } from "../../../src/links/device-binding.ts";
import { openModel } from "../../../src/links/simulator/open-simulator.ts";
import type { HarnessSettings } from "../../../src/links/simulator/settings.ts";
import type { SimulatorLink } from "../../../src/links/simulator/simulator-link.ts";
import { buildModel } from "../../../src/links/simulator/simulator-model.ts";
import { type BankLayout, standardProfile } from "../../../src/memory/platform-profile.ts";
import type { Variant } from "../../soak/variant.ts";
import { meaningOf } from "./four-state-bus.ts";
import { type PortRecording, portsOf, recordPorts, wordsOf } from "./port-recording.ts";
import type { Replay } from "./replay.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const cacheDirectory = ".hilt/cache";

/** Paths of the banks of the card's memory in the controller. */
export const CARD_BANKS = ["card.even", "card.odd"] as const;

/**
 * What the ports of the controller saw while `use` had it on the built-in engine, out of reset. Bytes of host memory outside
 * of the windows that `use` opened mean nothing.
 */
export async function recordController(
  { device }: Variant,
  {
    seed,
    harness,
    banks = standardProfile.banks,
  }: { readonly seed: number; readonly harness: HarnessSettings; readonly banks?: readonly BankLayout[] },
  use: (link: SimulatorLink) => Promise<void>,
): Promise<Replay> {
  const source = sourceOf(device?.binding ?? hiltDma);
  const shapes = await portsOf(source, cacheDirectory);
  const settings = {
    engine: "wasm" as const,
    signals: ["device.**"],
    harness,
    ...(device === undefined ? {} : { device }),
  };
  const model = await buildModel(settings, { cacheDirectory, log: silentLog });
  const recordings: PortRecording[] = [];
  await using link = await openModel("four-states", settings, model, {
    seed: BigInt(seed),
    log: silentLog,
    banks,
    open: (options) => {
      const simulation = model.open(options);
      recordings.push(recordPorts(simulation, shapes, "device"));
      return simulation;
    },
  });
  const isKnown = readableBytes(link);
  await use(link);
  const recording = recordings[0] as PortRecording;
  const buses = [{ prefix: "s_axil_" }, { prefix: "m_axi_", isKnown }];
  return { source, recording, meaning: meaningOf(recording, buses, { port: "rst", edges: 1 }) };
}

/** The controller alone. */
function sourceOf({ parameters = {} }: Pick<typeof hiltDma, "parameters">): ModelSource {
  const { BUILD_HASH: _, ...numbers } = parameters;
  return {
    top: "dma",
    ...parseFileList(join(ROOT, "rtl/dma/dma.f"), ROOT),
    parameters: numbers as Readonly<Record<string, number>>,
    clock: "clk",
  };
}

/** The words of the card's banks as hexadecimal digits. */
export function cardWords(simulation: Simulation): string[][] {
  return CARD_BANKS.map((path) => wordsOf(simulation, `device.${path}`));
}

/** Whether the device may read a byte of host memory, by the windows that are opened from now on. */
function readableBytes({ windows }: SimulatorLink): (address: bigint) => boolean {
  const ranges: { readonly first: number; readonly end: number }[] = [];
  const open = windows.open.bind(windows);
  windows.open = (window) => {
    const first = Number(window.logical);
    if (window.access !== "write") ranges.push({ first, end: first + window.lengthBytes });
    return open(window);
  };
  return (address) => {
    const at = Number(address);
    return ranges.some(({ first, end }) => first <= at && at < end);
  };
}
