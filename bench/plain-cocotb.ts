import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseFileList } from "../src/engine/file-list.ts";
import { newVerilator } from "../test/new-verilator.ts";
import type { SimulationRequest } from "../test/system/cocotb/run-simulation.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

export interface PlainTransfers {
  readonly lengthBytes: readonly number[];
  /** How many of each length. */
  readonly times: readonly number[];
  /** Where the microseconds of CPU time of a transfer of each length go, as JSON. */
  readonly file: string;
}

/** Transfers of our controller under plain cocotb, by its own runner, in that folder. */
export function plainCocotb(
  simulator: "icarus" | "verilator",
  folder: string,
  { lengthBytes, times, file }: PlainTransfers,
): SimulationRequest {
  const { files, includeDirectories } = parseFileList(join(ROOT, "rtl/dma/dma.f"), ROOT);
  return {
    simulator,
    top: "dma",
    module: "cocotb_transfers",
    folder: join(folder, simulator),
    sources: files,
    includeDirectories,
    buildArguments: simulator === "icarus" ? [] : ["-O3", "--x-assign", "fast", "--noassert", "-Wno-fatal"],
    environment: {
      PYTHONPATH: join(ROOT, "bench"),
      PATH: `${dirname(newVerilator())}${delimiter}${process.env["PATH"]}`,
      // Its verilated.mk leaves them empty, and g++ then finds no precompiled header.
      MAKEFLAGS: " -- CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O2",
      HILT_BENCH_LENGTHS: lengthBytes.join(),
      HILT_BENCH_TIMES: times.join(),
      HILT_BENCH_FILE: file,
    },
  };
}
