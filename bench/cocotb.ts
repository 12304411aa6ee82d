import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Link } from "../src/bus/link.ts";
import { silentLog } from "../src/core/log.ts";
import { parseFileList } from "../src/engine/file-list.ts";
import { type LinkSettings, loadLink } from "../src/links/registry.ts";
import { openSimulator } from "../src/links/simulator/open-simulator.ts";
import { newVerilator } from "../test/new-verilator.ts";
import { runSimulation } from "../test/system/cocotb/run-simulation.ts";
import { type Figure, figure } from "./figure.ts";
import { plainCocotb } from "./plain-cocotb.ts";
import { awaitedTransfers, prepareTransfers } from "./register-transfers.ts";
import { treeMicroseconds } from "./tree-microseconds.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ROUNDS = 5;
const SIZES = [
  ["64 B", 64],
  ["4 KiB", 4096],
] as const;

/** One way to move data with our controller, each transfer awaited by its interrupt. */
interface Contender {
  readonly name: string;
  readonly note: string;
  /** Microseconds of CPU time of a transfer of each size. */
  readonly slice: () => Promise<readonly number[]>;
}

/**
 * The same transfers of the registers under plain cocotb, in a bare C++ bench and in hilt, one slice of each in turn, CPU
 * time of the process that simulates.
 */
export async function measureCocotb(cacheDirectory: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-cocotb-"));
  const opened: AsyncDisposable[] = [];
  try {
    const options = { seed: 1n, cacheDirectory, log: silentLog };
    await using wasm = await openSimulator("wasm", { engine: "wasm" }, options);
    await using verilator = await openSimulator("verilator", { engine: "verilator" }, options);
    const contenders = [
      plainContender("icarus", folder),
      plainContender("verilator", folder),
      bareBench("verilator", join(folder, "bare")),
      bareBench(newVerilator(), join(folder, "bare-new")),
      await throughLink("hilt, wasm", wasm, [4000, 200]),
      await throughLink("hilt, verilator", verilator, [4000, 200]),
      ...(await bridgesTo(opened, cacheDirectory)),
    ];
    for (const { slice } of contenders) await slice();
    const rounds: Map<string, readonly number[]>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const found = new Map<string, readonly number[]>();
      for (const { name, slice } of contenders) found.set(name, await slice());
      rounds.push(found);
    }
    return SIZES.flatMap(([size], index) => figuresOf(size, index, contenders, rounds));
  } finally {
    for (const each of opened.reverse()) await each[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

const PLAIN = "cocotb on the newest Verilator";
const PLAIN_ICARUS = "cocotb on Icarus";

function figuresOf(
  size: string,
  index: number,
  contenders: readonly Contender[],
  rounds: readonly Map<string, readonly number[]>[],
): Figure[] {
  const samples = (name: string): number[] => rounds.map((round) => round.get(name)?.[index] as number);
  const ratio = (above: string, below: string): Figure =>
    figure(
      `${size}, ${above} : ${below}`,
      "",
      samples(above).map((one, round) => one / (samples(below)[round] as number)),
      "CPU time, in the same round",
    );
  return contenders.flatMap(({ name, note }) => [
    figure(`${size}, ${name}`, "µs", samples(name), note),
    ...(name === PLAIN ? [] : [ratio(PLAIN, name)]),
    ...(name.startsWith("hilt, Icarus") ? [ratio(PLAIN_ICARUS, name)] : []),
  ]);
}

function plainContender(simulator: "icarus" | "verilator", folder: string): Contender {
  const file = join(folder, `${simulator}.json`);
  const lengthBytes = SIZES.map(([, length]) => length);
  const request = plainCocotb(simulator, folder, { lengthBytes, times: [100, 10], file });
  return {
    name: simulator === "icarus" ? PLAIN_ICARUS : PLAIN,
    note: "plain cocotb, AxiLiteMaster and AxiRam of cocotbext-axi",
    slice: async () => {
      const { summary, output } = runSimulation(request);
      if (summary !== "1 of 1 passed") throw new Error(output);
      return JSON.parse(readFileSync(file, "utf8")) as number[];
    },
  };
}

function bareBench(verilator: string, folder: string): Contender {
  const { files, includeDirectories } = parseFileList(join(ROOT, "rtl/dma/dma.f"), ROOT);
  const isNew = verilator === newVerilator();
  const times = [10_000, 1000];
  execFileSync(
    verilator,
    [
      ...["--cc", "--exe", "--build", "-O3", "-Wno-fatal", "-Wno-lint", "--noassert", "--x-assign", "fast"],
      ...["--x-initial", "fast", "--top-module", "dma", "--Mdir", folder, "-CFLAGS", "-O3"],
      ...["-MAKEFLAGS", "OPT_FAST=-O3", ...(isNew ? ["-MAKEFLAGS", "CFG_CXXFLAGS_PCH_I=-include"] : [])],
      ...includeDirectories.map((directory) => `-I${directory}`),
      ...files,
      join(ROOT, "bench/bare_dma.cpp"),
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  return {
    name: isNew ? "C++ on the newest Verilator" : "C++ on Verilator",
    note: "the controller alone, memory and register port in C++, -O3",
    slice: async () =>
      SIZES.map(([, lengthBytes], index) =>
        Number(
          execFileSync(join(folder, "Vdma"), [`${lengthBytes}`, `${times[index]}`], { encoding: "utf8" }),
        ),
      ),
  };
}

/** hilt's own link to simulators under cocotb, through its harness and through the models of cocotbext-axi. */
async function bridgesTo(opened: AsyncDisposable[], cacheDirectory: string): Promise<Contender[]> {
  const newest = { verilator: newVerilator() };
  const ways = [
    { name: "Icarus under cocotb", settings: { simulator: "icarus" }, times: [100, 10] },
    {
      name: "the newest Verilator under cocotb",
      settings: { simulator: "verilator", ...newest },
      times: [1000, 100],
    },
    {
      name: "Icarus under cocotb, models of cocotbext-axi",
      settings: { simulator: "icarus", host: "cocotbext-axi" },
      times: [100, 10],
    },
    {
      name: "the newest Verilator under cocotb, models of cocotbext-axi",
      settings: { simulator: "verilator", ...newest, host: "cocotbext-axi" },
      times: [100, 10],
    },
  ] as const;
  const contenders: Contender[] = [];
  for (const { name, settings, times } of ways) {
    const python = join(ROOT, ".cache/python");
    const link = await openTarget(opened, { link: "cocotb", python, ...settings }, cacheDirectory);
    contenders.push(await throughLink(`hilt, ${name}`, link, times));
  }
  return contenders;
}

async function openTarget(
  opened: AsyncDisposable[],
  settings: LinkSettings,
  cacheDirectory: string,
): Promise<Link> {
  const kind = await loadLink(settings.link);
  const log = silentLog;
  const preparation = await kind.prepare("bench", settings, { cacheDirectory, log });
  opened.push(preparation);
  const connection = await kind.connect("bench", settings, preparation.prepared, { log });
  opened.push(connection);
  return await connection.fresh({ seed: 1n, log });
}

/** CPU time of this process and of those below it. */
async function throughLink(name: string, link: Link, times: readonly number[]): Promise<Contender> {
  const base = await prepareTransfers(link);
  return {
    name,
    note: "posted writes, interrupt, status read",
    slice: async () => {
      const found: number[] = [];
      for (const [index, [, lengthBytes]] of SIZES.entries()) {
        const count = times[index] as number;
        const all = await treeMicroseconds(() => awaitedTransfers(link, base, lengthBytes, count));
        found.push(all / count);
      }
      return found;
    },
  };
}
