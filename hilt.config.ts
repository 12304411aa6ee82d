import { defineConfig } from "./src/config/config.ts";

/** Host memory that does whatever AXI allows. */
const rough = {
  readLatency: [1, 60],
  writeLatency: [1, 20],
  stalls: 0.4,
  reordering: 0.3,
  interleaving: 0.2,
  dataAhead: 16,
  junk: 0.3,
} as const;

/**
 * One device under three tempers of host memory, and on a board, simulated or real; the first target is the one that runs when none is
 * named.
 */
export default defineConfig({
  benches: ["examples", "test/system/benches"],
  targets: {
    wasm: { link: "simulator", engine: "wasm" },
    "wasm-slow": { link: "simulator", engine: "wasm", harness: { readLatency: [20, 60], writeLatency: 20 } },
    "wasm-rough": {
      link: "simulator",
      engine: "wasm",
      harness: rough,
    },
    verilator: { link: "simulator", engine: "verilator" },
    "verilator-rough": {
      link: "simulator",
      engine: "verilator",
      harness: rough,
    },
    slot: { link: "slot" },
    "slot-rough": { link: "slot", harness: { ...rough, readyAfterValid: true } },
    "virtual-ulx3s": { link: "uart", board: "virtual-ulx3s" },
    icarus: { link: "cocotb", simulator: "icarus", python: ".cache/python" },
    "icarus-models": { link: "cocotb", simulator: "icarus", python: ".cache/python", host: "cocotbext-axi" },
    ulx3s: { link: "uart", board: "ulx3s", buildHash: "current" },
  },
});
