import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseFileList } from "../../src/engine/file-list.ts";
import { hiltDma } from "../../src/links/device-binding.ts";
import type { Variant } from "./variant.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const GIB_4 = 2n ** 32n;
const BANK = 0x100_0000n;
const HALF_BANK = BANK / 2n;
const LOW = 0x1000_0000n;

/** The builds of the controller that the soak knows, by name. */
export const variants: Readonly<Record<string, Variant>> = {
  wide: {
    name: "wide",
    geometry: { wordBytes: 8, burstBytes: 2048, outstanding: 16, addressBits: 64 },
    // Neighbours: what goes on after 4 GiB is one piece.
    banks: [GIB_4 - BANK, GIB_4],
    memoryBases: { h2c: GIB_4 - BANK, c2h: GIB_4 + HALF_BANK },
    edge: { at: GIB_4, isTop: false },
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
    geometry: { wordBytes: 4, burstBytes: 1024, outstanding: 4, addressBits: 32 },
    banks: [LOW, GIB_4 - BANK],
    memoryBases: { h2c: LOW, c2h: LOW + HALF_BANK },
    edge: { at: GIB_4, isTop: true },
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
    geometry: { wordBytes: 4, burstBytes: 64, outstanding: 1, addressBits: 40 },
    banks: [LOW, 2n ** 40n - BANK],
    memoryBases: { h2c: LOW, c2h: LOW + HALF_BANK },
    edge: { at: 2n ** 40n, isTop: true },
    isPlain: true,
    entriesLog2: 7,
  },
  /** No rings: transfers of the registers. */
  registers: {
    name: "registers",
    device: {
      binding: {
        ...hiltDma,
        parameters: { DATA_W: 64, ADDR_W: 40, BURST_BYTES_LOG2: 7, OUTSTANDING: 2, RINGS: 0 },
        dataWidth: 64,
        addressWidth: 40,
      },
      ...parseFileList(join(root, "rtl/dma/dma.f"), root),
    },
    geometry: { wordBytes: 8, burstBytes: 128, outstanding: 2, addressBits: 40 },
    banks: [LOW, 2n ** 40n - BANK],
    memoryBases: { h2c: LOW, c2h: LOW + HALF_BANK },
    edge: { at: 2n ** 40n, isTop: true },
    hasRings: false,
  },
};
