import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseFileList } from "../../src/engine/file-list.ts";
import { hiltDma } from "../../src/links/device-binding.ts";
import type { Variant } from "./run-plan.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const BELOW_4_GIB = 0x1000_0000n;
const HALF_BANK = 0x80_0000n;
const ABOVE_4_GIB = 0x1_8000_0000n;

/** The builds of the controller that the soak knows, by name. */
export const variants: Readonly<Record<string, Variant>> = {
  wide: {
    name: "wide",
    geometry: { wordBytes: 8, burstBytes: 2048 },
    memoryBases: { h2c: BELOW_4_GIB, c2h: ABOVE_4_GIB },
  },
  narrow: {
    name: "narrow",
    device: {
      binding: {
        ...hiltDma,
        parameters: { DATA_W: 32, ADDR_W: 32, BURST_BYTES_LOG2: 10, OUTSTANDING: 4 },
        dataWidth: 32,
        addressWidth: 32,
      },
      ...parseFileList(join(root, "rtl/dma/dma.f"), root),
    },
    geometry: { wordBytes: 4, burstBytes: 1024 },
    memoryBases: { h2c: BELOW_4_GIB, c2h: BELOW_4_GIB + HALF_BANK },
  },
  /** A small build: rings without compact descriptors, records and coalescing, one short burst at a time. */
  plain: {
    name: "plain",
    device: {
      binding: {
        ...hiltDma,
        parameters: {
          ...{ DATA_W: 32, ADDR_W: 40, BURST_BYTES_LOG2: 6, OUTSTANDING: 1, RING_ENTRIES_LOG2: 7 },
          ...{ COMPACT: 0, COMPLETIONS: 0, COALESCING: 0 },
        },
        dataWidth: 32,
        addressWidth: 40,
      },
      ...parseFileList(join(root, "rtl/dma/dma.f"), root),
    },
    geometry: { wordBytes: 4, burstBytes: 64 },
    memoryBases: { h2c: BELOW_4_GIB, c2h: ABOVE_4_GIB },
    isPlain: true,
  },
};
