import { join } from "node:path";
import { fileURLToPath } from "node:url";
import koffi from "koffi";
import { silentLog } from "../src/core/log.ts";
import { parseFileList } from "../src/engine/file-list.ts";
import type { VerilatorSimulation } from "../src/engine/verilator/verilator-simulation.ts";
import { Journal } from "../src/journal/journal.ts";
import { RecordingLink } from "../src/journal/recording-link.ts";
import { hiltDma } from "../src/links/device-binding.ts";
import { openSimulator } from "../src/links/simulator/open-simulator.ts";
import type { SimulatorLink } from "../src/links/simulator/simulator-link.ts";
import { type Figure, figure } from "./figure.ts";
import { openDriver } from "./open-driver.ts";
import { awaitedTransfers, listedTransfers, prepareTransfers } from "./register-transfers.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAIRS = 15;
const DEPTH = 32;

/** Our own device, with the C++ loop compiled into its model. */
const device = {
  binding: hiltDma,
  ...parseFileList(join(ROOT, "rtl/dma/dma.f"), ROOT),
};

/**
 * hilt on Verilator beside a C++ loop in the same library, doing the same to the same model, slice by slice in turn, in
 * CPU time of the process: the loop as anybody would write it, with eval() at each edge, and with hilt's way to step the
 * clock.
 */
export async function measureVerilator(cacheDirectory: string): Promise<Figure[]> {
  const settings = {
    engine: "verilator" as const,
    device: { ...device, files: [...device.files, join(ROOT, "bench/native.cpp")] },
  };
  const open = () => openSimulator("bench", settings, { seed: 1n, cacheDirectory, log: silentLog });
  await using theirs = await open();
  const base = await prepareTransfers(theirs);
  const native = nativeOf(theirs);
  await using link = await open();
  await prepareTransfers(link);
  const figures = await pair(
    "register read",
    2000,
    "awaited",
    async () => {
      for (let n = 0; n < 2000; n++) await link.readRegister(0);
    },
    (isOurs) => native.reads(2000, isOurs),
  );
  for (const [name, lengthBytes, times] of SIZES) {
    const bare: Bare = (isOurs) => native.transfers(base, lengthBytes, times, isOurs);
    const one = (): Promise<void> => awaitedTransfers(link, base, lengthBytes, times);
    const list = (): Promise<void> => listedTransfers(link, base, lengthBytes, times);
    figures.push(
      ...(await pair(`${name}, awaited`, times, "posted writes, interrupt, status read", one, bare)),
      ...(await pair(`${name}, as one list`, times, "the same in one call", list, bare)),
    );
  }
  await using whole = await open();
  return [...figures, ...(await measureStack(whole, native, base))];
}

const SIZES = [
  ["64 B", 64, 4000],
  ["4 KiB", 4096, 40],
  // The card's memory has 128 KiB.
  ["1 MiB in eight", 1 << 17, 8],
] as const;

type Work = () => Promise<void>;

/** Through everything: buffer, list, driver, ring, completion, put; journal and findings on. */
async function measureStack(opened: SimulatorLink, native: Native, base: bigint): Promise<Figure[]> {
  const link = new RecordingLink(opened, new Journal());
  const { host, driver: opening } = await openDriver(link);
  await using driver = opening;
  const figures: Figure[] = [];
  for (const [name, lengthBytes, times] of SIZES) {
    const depth = lengthBytes === 1 << 17 ? 8 : DEPTH;
    const rounds = Math.ceil(times / depth);
    const buffers = Array.from({ length: depth }, () => host.allocate({ lengthBytes }));
    figures.push(
      ...(await pair(
        `${name}, whole stack`,
        depth * rounds,
        `${depth} at a time: list, driver, ring, completion, put; journal on`,
        async () => {
          for (let round = 0; round < rounds; round++)
            await Promise.all(buffers.map((buffer) => driver.hostToCard(buffer)));
        },
        (isOurs) => native.transfers(base, lengthBytes, depth * rounds, isOurs),
      )),
    );
  }
  return figures;
}

interface Native {
  reads(count: number, isOurs: boolean): void;
  transfers(address: bigint, lengthBytes: number, count: number, isOurs: boolean): void;
}

function nativeOf(link: SimulatorLink): Native {
  const { handle, libraryPath } = link.simulation as VerilatorSimulation;
  const library = koffi.load(libraryPath);
  const reads = library.func("uint32_t hilt_native_reads(void *model, uint32_t count, bool isOurs)");
  const transfers = library.func(
    "int hilt_native_transfers(void *model, uint64_t address, uint32_t length, uint32_t count, bool isOurs)",
  );
  return {
    reads: (count, isOurs) => void reads(handle, count, isOurs),
    transfers: (...args) => {
      if (transfers(handle, ...args) !== 0) throw new Error("the native transfer failed");
    },
  };
}

/** The C++ loop; `isOurs` with hilt's way to step the clock. */
type Bare = (isOurs: boolean) => void;

/** Alternating slices; ratio of the native time to ours, in each round. */
async function pair(what: string, times: number, note: string, work: Work, bare: Bare): Promise<Figure[]> {
  const rounds: { hilt: number; plain: number; stepped: number }[] = [];
  for (let round = 0; round < PAIRS + 5; round++) {
    rounds.push({
      plain: (await cpuTime(() => bare(false))) / times,
      stepped: (await cpuTime(() => bare(true))) / times,
      hilt: (await cpuTime(work)) / times,
    });
  }
  const kept = rounds.slice(5);
  const ratio = (name: "plain" | "stepped"): number[] => kept.map((one) => one[name] / one.hilt);
  return [
    figure(
      `${what}: hilt on Verilator`,
      "µs",
      kept.map(({ hilt }) => hilt),
      note,
    ),
    figure(`${what}: C++ : hilt`, "", ratio("plain"), "CPU time, paired; eval() at each edge"),
    figure(
      `${what}: C++ with hilt's clock : hilt`,
      "",
      ratio("stepped"),
      "the same loop, stepped as hilt does",
    ),
  ];
}

/** In microseconds, of the whole process. */
async function cpuTime(work: () => void | Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
