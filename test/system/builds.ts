import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { silentLog } from "../../src/core/log.ts";
import { parseFileList } from "../../src/engine/file-list.ts";
import { hiltDma } from "../../src/links/device-binding.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import type { HarnessSettings } from "../../src/links/simulator/settings.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Parameters of `rtl/dma/dma.v` for a build of the controller. */
export interface Build {
  readonly DATA_W: 32 | 64;
  readonly ADDR_W: number;
  readonly CARD_BYTES_LOG2: number;
  readonly BURST_BYTES_LOG2: number;
  readonly OUTSTANDING: number;
  readonly RINGS: 0 | 1;
  readonly COMPACT: 0 | 1;
  readonly COMPLETIONS: 0 | 1;
  readonly COALESCING: 0 | 1;
  readonly RING_ENTRIES_LOG2: number;
}

const whole: Build = {
  ...{ DATA_W: 64, ADDR_W: 64, CARD_BYTES_LOG2: 17, BURST_BYTES_LOG2: 11, OUTSTANDING: 16 },
  ...{ RINGS: 1, COMPACT: 1, COMPLETIONS: 1, COALESCING: 1, RING_ENTRIES_LOG2: 16 },
};
const small: Build = {
  ...whole,
  DATA_W: 32,
  ADDR_W: 32,
  CARD_BYTES_LOG2: 12,
  BURST_BYTES_LOG2: 6,
  OUTSTANDING: 1,
};

export const builds: Readonly<Record<string, Build>> = {
  whole,
  "short bursts": { ...whole, BURST_BYTES_LOG2: 6, OUTSTANDING: 4 },
  "40 bits of address": { ...whole, ADDR_W: 40, COALESCING: 0 },
  "32 bits": { ...whole, DATA_W: 32, ADDR_W: 32, BURST_BYTES_LOG2: 6, OUTSTANDING: 3 },
  "small, without rings": { ...small, RINGS: 0 },
  "small, plain rings": { ...small, COMPACT: 0, COMPLETIONS: 0, COALESCING: 0, RING_ENTRIES_LOG2: 4 },
};

export function openBuild(build: Build, harness: HarnessSettings = {}, seed = 1n): Promise<SimulatorLink> {
  const binding = {
    ...hiltDma,
    parameters: { ...build },
    dataWidth: build.DATA_W,
    addressWidth: build.ADDR_W,
  };
  const device = { binding, ...parseFileList(join(root, "rtl/dma/dma.f"), root) };
  const options = { seed, cacheDirectory: ".hilt/cache", log: silentLog };
  return openSimulator("build", { engine: "wasm", device, harness }, options);
}
