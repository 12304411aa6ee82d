import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Log, silentLog } from "../core/log.ts";
import { writeWhole } from "../core/write-whole.ts";
import { BUILD_LIMIT_SECONDS, describeBuild } from "./design-size.ts";
import type { Engine, Model, ModelSource, OpenOptions, PortShape, Simulation } from "./engine.ts";
import { CacheError } from "./errors.ts";
import type { ToolLimit } from "./run-tool.ts";
import { requestKey, sourceKey } from "./source-key.ts";
import { readTree, type SourceTree } from "./source-tree.ts";
import { compileModel, SHIM } from "./verilator/compile.ts";
import { loadLibrary } from "./verilator/library.ts";
import { findToolchain, type Toolchain } from "./verilator/toolchain.ts";
import { portShapes, translate } from "./verilator/translate.ts";
import { VerilatorSimulation } from "./verilator/verilator-simulation.ts";

export interface VerilatorOptions {
  readonly cacheDirectory: string;
  readonly log?: Log;
  /** Path of the command; by default the one on the PATH. */
  readonly verilator?: string;
  /** More options for Verilator. */
  readonly options?: readonly string[];
  /** CPU time that Verilator, and each compilation, may take; by default 600 s. */
  readonly limitSeconds?: number | undefined;
}

/**
 * Verilator in this process: Verilog to C++ (`translate`), that to a shared library with sim/verilator/model.cpp round it
 * (`compile`), loaded through koffi (`library`). Verilator's runtime is compiled once, a model once for each content of
 * its sources; a cached model needs no compiler.
 */
export class VerilatorEngine implements Engine {
  readonly name = "verilator";
  readonly #options: VerilatorOptions;
  readonly #log: Log;
  #toolchain: Toolchain | undefined;

  constructor(options: VerilatorOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  async build(source: ModelSource): Promise<Model> {
    const start = performance.now();
    this.#toolchain ??= findToolchain(this.#options.verilator);
    const { options = [] } = this.#options;
    // Which signals it records is chosen when it does.
    const waves = source.waves === undefined ? {} : { waves: [] };
    const request = requestKey({ ...source, ...waves }, [ownHash(), this.#toolchain.key, ...options]);
    const tree = readTree(source);
    const key = sourceKey(request, tree);
    const path = join(this.#options.cacheDirectory, "verilator", `${key}.so`);
    const fromCache = isWhole(path);
    if (!fromCache) await this.#build(source, tree, this.#toolchain, path);
    return {
      source,
      key,
      fromCache,
      buildMs: performance.now() - start,
      warnings: [],
      wavesFormat: "fst",
      open: (options: OpenOptions = {}): Simulation =>
        new VerilatorSimulation(loadLibrary(path), source, options),
    };
  }

  async ports(source: ModelSource): Promise<readonly PortShape[]> {
    this.#toolchain ??= findToolchain(this.#options.verilator);
    return await this.#translate(source, readTree(source), this.#toolchain, portShapes);
  }

  async #build(source: ModelSource, tree: SourceTree, toolchain: Toolchain, path: string): Promise<void> {
    await this.#translate(source, tree, toolchain, async (folder, limit) => {
      const runtime = join(this.#options.cacheDirectory, "verilator", "runtime");
      const library = await compileModel(source, folder, toolchain, runtime, limit);
      keep(library, path);
      this.#log.debug(`built ${source.top} with ${toolchain.verilator}`);
    });
  }

  /** In a folder that is gone afterwards. */
  async #translate<T>(
    source: ModelSource,
    tree: SourceTree,
    toolchain: Toolchain,
    use: (folder: string, limit: ToolLimit) => T | Promise<T>,
  ): Promise<T> {
    const { limitSeconds = BUILD_LIMIT_SECONDS } = this.#options;
    const limit = { limitSeconds, work: describeBuild(source.top, tree) };
    const directory = join(this.#options.cacheDirectory, "verilator");
    let folder: string;
    try {
      mkdirSync(join(directory, "runtime"), { recursive: true });
      folder = mkdtempSync(join(directory, "build-"));
    } catch (cause) {
      throw new CacheError(directory, cause as Error);
    }
    try {
      await translate(source, folder, toolchain, this.#log, limit, this.#options.options);
      return await use(folder, limit);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

const checkFile = (path: string): string => `${path}.sha256`;

/** A library that was cut off would take the process with it when it is loaded. */
function isWhole(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    return readFileSync(checkFile(path), "utf8") === checksum(path);
  } catch {
    return false;
  }
}

function checksum(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Under its final name, from which it is loaded, it is whole. */
function keep(library: string, path: string): void {
  try {
    writeWhole(checkFile(path), checksum(library));
    renameSync(library, path);
  } catch (cause) {
    throw new CacheError(path, cause as Error);
  }
}

let knownHash: string | undefined;

/** This engine's own files stand for its version. */
function ownHash(): string {
  if (knownHash !== undefined) return knownHash;
  const hash = createHash("sha256");
  for (const folder of [fileURLToPath(new URL("./verilator", import.meta.url)), SHIM]) {
    for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  }
  knownHash = hash.digest("hex");
  return knownHash;
}
