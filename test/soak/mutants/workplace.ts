import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Simulation } from "../../../src/engine/engine.ts";
import { parseFileList } from "../../../src/engine/file-list.ts";
import { hiltDma } from "../../../src/links/device-binding.ts";
import { soakRings } from "../soak-rings.ts";
import type { Variant } from "../variant.ts";
import { variants } from "../variants.ts";
import { applied, type Mutation } from "./mutations.ts";
import { type Numbered, SWITCH, sideBySide } from "./side-by-side.ts";
import { placesOf } from "./switched-copy.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const HOUR_MS = 3_600_000;
const CONFIG = "vitest.mutants.config.mjs";
/** CPU time of Yosys for the controller of a change; that of the controller itself takes a twentieth. */
const BUILD_SECONDS = 60;
/** A guard that computes ends by its CPU time, however busy the machine is; one that waits, by a multiple of that in wall time. */
const WALL_PER_CPU = 20;
/** The number of the mutant that is on, for whatever process of the workplace builds and opens a model. */
const MUTANT = "HILT_MUTANT";
const SIMULATION = "src/engine/wasm/wasm-simulation.ts";
/** In the constructor of a simulation, where its memories have what the source says. */
const INITIALISED = "    this.#initialise(layout, seed);\n";
const SWITCHED_ON = `    for (const { name, address } of layout.memories)
      if (name.split(".").at(-1) === "${SWITCH}") this.#bytes[address] = Number(process.env["${MUTANT}"] ?? 0);\n`;
const LIMITED = ["-c", 'ulimit -t "$1"; shift; exec "$@"', "sh"];

/** What a guard says of the Verilog in the workplace. */
export interface Verdict {
  readonly passed: boolean;
  readonly output: string;
  /** It did not end in time. */
  readonly isLate: boolean;
}

interface RunOptions {
  /** The most that one of its processes may compute. */
  readonly cpuSeconds: number;
  /** The one of several changes that is to be there. */
  readonly on: Numbered | undefined;
}

/** A copy of the project whose Verilog is changed in one place, or in several behind a switch, and whose guards are run. */
export class Workplace implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "hilt-mutants-"));

  constructor() {
    const configs = ["package.json", "tsconfig.json"];
    for (const entry of ["src", "rtl", "sim", "test", "boards", "scripts", "docs", ...configs])
      cpSync(join(root, entry), join(this.path, entry), { recursive: true });
    const simulation = this.read(SIMULATION).split(INITIALISED);
    if (simulation.length !== 2) throw new Error(`${SIMULATION}: "${INITIALISED}" is not there once`);
    writeFileSync(join(this.path, SIMULATION), simulation.join(INITIALISED + SWITCHED_ON));
    symlinkSync(join(root, "node_modules"), join(this.path, "node_modules"));
    const alias = JSON.stringify({ hilt: join(this.path, "src/index.ts") });
    const test = JSON.stringify({
      include: ["test/**/*.test.ts"],
      bail: 1,
      testTimeout: HOUR_MS,
      hookTimeout: HOUR_MS,
    });
    writeFileSync(
      join(this.path, CONFIG),
      `export default { root: ${JSON.stringify(this.path)}, resolve: { alias: ${alias} }, test: ${test} };\n`,
    );
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), "utf8");
  }

  /** Runs `use` with a change in place, and takes it back. */
  with<T>(mutation: Mutation, use: () => Promise<T>): Promise<T> {
    const { file } = mutation;
    return this.#withTexts(new Map([[file, applied(this.read(file), mutation)]]), use);
  }

  /** Runs `use` with several changes in place, each behind its number, and takes them back. */
  withAll<T>(mutants: readonly Numbered[], use: () => Promise<T>): Promise<T> {
    const files = new Set(mutants.map(({ mutation }) => mutation.file));
    const texts = [...files].map((file): [string, string] => {
      const here = mutants.filter(({ mutation }) => mutation.file === file);
      return [file, sideBySide(this.read(file), here)];
    });
    return this.#withTexts(new Map(texts), use);
  }

  async #withTexts<T>(texts: ReadonlyMap<string, string>, use: () => Promise<T>): Promise<T> {
    const before = [...texts.keys()].map((file): [string, string] => [file, this.read(file)]);
    const write = (files: Iterable<[string, string]>): void => {
      for (const [file, text] of files) writeFileSync(join(this.path, file), text);
    };
    write(texts);
    try {
      return await use();
    } finally {
      write(before);
      rmSync(join(this.path, ".hilt"), { recursive: true, force: true });
    }
  }

  /**
   * A slice of random rings, of which only the controller is the workplace's; in this process, which costs the least. `on`: the one
   * of several changes that is to be there.
   */
  async rings(name: string, runs: number, on?: Numbered): Promise<Verdict> {
    const variant = variants[name] as Variant;
    const device = parseFileList(join(this.path, "rtl/dma/dma.f"), this.path);
    const begin = on === undefined ? {} : { begin: (simulation: Simulation) => switchOn(simulation, on) };
    const mutant = {
      ...variant,
      device: { binding: variant.device?.binding ?? hiltDma, ...device },
      ...begin,
    };
    const cacheDirectory = join(this.path, ".hilt/cache");
    const simulator = { engine: "wasm", buildLimitSeconds: BUILD_SECONDS } as const;
    const request = { runs, seed: 20_261, shrinks: false, cacheDirectory, simulator };
    const { failure } = await soakRings(mutant, request);
    return { passed: failure === undefined, output: failure?.message ?? "", isLate: false };
  }

  /** A slice of the soak, all of the workplace's. */
  soak(variant: string, runs: number, { cpuSeconds, on }: RunOptions): Promise<Verdict> {
    const options = ["--variant", variant, "--runs", String(runs), "--seed", "20261", "--jobs", "1"];
    return this.#run(["--import", "tsx", "test/soak/main.ts", ...options, "--no-shrink"], { cpuSeconds, on });
  }

  /** Tests by file, those whose name fits `names`. */
  tests(files: readonly string[], names: string, { cpuSeconds, on }: RunOptions): Promise<Verdict> {
    const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", CONFIG, "--maxWorkers", "1"];
    return this.#run([...vitest, "--reporter", "dot", "-t", names, ...files], { cpuSeconds, on });
  }

  async #run(args: readonly string[], { cpuSeconds, on }: RunOptions): Promise<Verdict> {
    const command = [...LIMITED, String(cpuSeconds), process.execPath, ...args];
    const child = spawn("/bin/sh", command, {
      cwd: this.path,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, [MUTANT]: String(on?.number ?? 0) },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    let isLate = false;
    const limit = setTimeout(
      () => {
        isLate = true;
        child.kill("SIGKILL");
      },
      WALL_PER_CPU * cpuSeconds * 1000,
    );
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.on("close", (...end) => resolve(end)),
    );
    clearTimeout(limit);
    if (signal === "SIGXCPU") isLate = true;
    return { passed: code === 0, output, isLate };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A small build may lack the module. */
function switchOn(simulation: Simulation, { number, mutation }: Numbered): void {
  for (const place of placesOf(basename(mutation.file))) {
    try {
      simulation.array(`device.${place}${SWITCH}`).bytes[0] = number;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
}
