import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Log, silentLog } from "../core/log.ts";
import { AskedNames, buildAgain } from "./build-again.ts";
import { BUILD_LIMIT_SECONDS, describeBuild } from "./design-size.ts";
import type { Engine, Model, ModelSource, OpenOptions, PortShape, Simulation } from "./engine.ts";
import { CacheError, ToolError } from "./errors.ts";
import { ModelMemory } from "./model-memory.ts";
import { ownHash } from "./own-hash.ts";
import type { ToolLimit } from "./run-tool.ts";
import { keepSealed, readSealed } from "./sealed-file.ts";
import { requestKey, sourceKey } from "./source-key.ts";
import { readTree, type SourceTree } from "./source-tree.ts";
import { compileModel, shimHash } from "./verilator/compile.ts";
import { isLoaded, loadLibrary } from "./verilator/library.ts";
import { modelProgram, type ProgramName } from "./verilator/model-program.ts";
import { type OptionFiles, optionFiles } from "./verilator/option-files.ts";
import { SourceCopies } from "./verilator/source-copies.ts";
import { findToolchain, type Toolchain, toolchainKey } from "./verilator/toolchain.ts";
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

  constructor(options: VerilatorOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  async build(source: ModelSource): Promise<Model> {
    const start = performance.now();
    const job = this.#jobFor(source);
    const { directory, request, asked, read } = job;
    const tree = read(asked.all);
    const key = sourceKey(request, tree);
    const library = (each: string): string => join(directory, `${each}.so`);
    const fromCache = isLoaded(library(key)) || readSealed(library(key), key) !== undefined;
    const built = fromCache
      ? key
      : await buildAgain(tree, asked, read, async (each) => {
          const name = sourceKey(request, each);
          const { bytes, warnings } = await this.#build(job, each);
          // Before the library: a model that is there has its warnings.
          if (warnings.length > 0)
            keepSealed(warningsOf(library(name)), name, Buffer.from(JSON.stringify(warnings)));
          keepSealed(library(name), name, bytes);
          return name;
        });
    return modelOf(source, library(built), built, fromCache, performance.now() - start);
  }

  /** The library of a model that this engine has built, and the program that runs it in a process of its own. */
  async program(
    name: ProgramName,
    { key }: Model,
  ): Promise<{ readonly model: string; readonly program: string }> {
    const directory = this.#directory;
    const program = await modelProgram(name, findToolchain(this.#options.verilator), directory);
    return { model: join(directory, `${key}.so`), program };
  }

  load(source: ModelSource, key: string): Model | undefined {
    const start = performance.now();
    const path = join(this.#directory, `${key}.so`);
    if (!isLoaded(path) && readSealed(path, key) === undefined) return undefined;
    return modelOf(source, path, key, true, performance.now() - start);
  }

  async ports(source: ModelSource): Promise<readonly PortShape[]> {
    const job = this.#jobFor(source);
    const { asked, read } = job;
    return await buildAgain(read(asked.all), asked, read, (tree) =>
      this.#translate(job, tree, ({ folder }) => portShapes(folder)),
    );
  }

  get #directory(): string {
    return resolve(this.#options.cacheDirectory, "verilator");
  }

  #jobFor(source: ModelSource): Job {
    const directory = this.#directory;
    const options = optionFiles(this.#options.options ?? []);
    const whole = {
      ...source,
      files: [...options.files, ...source.files],
      includeDirectories: [...options.directories, ...(source.includeDirectories ?? [])],
    };
    const tools = this.#tools(directory);
    // Which signals it records is chosen when it does.
    const waves = source.waves === undefined ? {} : { waves: [] };
    const request = requestKey({ ...whole, ...waves }, [tools.key, ...options.args((path) => path)]);
    const read = (names: readonly string[]): SourceTree => readTree(whole, { names });
    const { includeDirectories } = whole;
    const asked = new AskedNames(directory, request);
    return { source: { ...source, includeDirectories }, directory, options, tools, request, asked, read };
  }

  /** What decides what a build gives, beside its sources. */
  #tools(directory: string): Tools {
    const toolchain = findToolchain(this.#options.verilator);
    const key = [ownHash("verilator"), shimHash(), toolchainKey(toolchain, directory)].join(" ");
    return { toolchain, key };
  }

  async #build(job: Job, tree: SourceTree): Promise<{ bytes: Uint8Array; warnings: readonly string[] }> {
    const { source, directory, tools } = job;
    const { toolchain, key } = tools;
    return await this.#translate(job, tree, async (copies, limit, warnings) => {
      const library = await compileModel(source, copies, toolchain, join(directory, "runtime"), limit);
      if (this.#tools(directory).key !== key)
        throw new ToolError(
          `${toolchain.verilator} or the C++ compiler has changed while it built ${source.top}`,
        );
      this.#log.debug(`built ${source.top} with ${toolchain.verilator}`);
      return { bytes: readFileSync(library), warnings };
    });
  }

  /** In a folder that is gone afterwards. */
  async #translate<T>(
    { source, directory, options, tools: { toolchain } }: Job,
    tree: SourceTree,
    use: (copies: SourceCopies, limit: ToolLimit, warnings: readonly string[]) => T | Promise<T>,
  ): Promise<T> {
    const { limitSeconds = BUILD_LIMIT_SECONDS } = this.#options;
    const limit = { limitSeconds, work: describeBuild(source.top, tree) };
    const folder = buildFolder(directory);
    try {
      const copies = new SourceCopies(folder, source, tree);
      copies.write();
      const extra = options.args((path) => copies.copyOf(path));
      const warnings = await translate(source, copies, toolchain, this.#log, limit, extra);
      return await use(copies, limit, warnings);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Where they are kept, if there are any. */
function warningsOf(library: string): string {
  return library.replace(/\.so$/, ".warnings");
}

function modelOf(source: ModelSource, path: string, key: string, fromCache: boolean, buildMs: number): Model {
  const openIn = (memory: ModelMemory, options: OpenOptions = {}): Simulation =>
    new VerilatorSimulation(loadLibrary(path), memory, source, options);
  const kept = readSealed(warningsOf(path), key);
  const warnings = kept === undefined ? [] : (JSON.parse(kept.toString("utf8")) as string[]);
  return {
    ...{ source, key, fromCache, buildMs, warnings, wavesFormat: "fst" },
    open: (options) => openIn(ModelMemory.ofBytes(loadLibrary(path).bytes), options),
    renew: async (used) => {
      const memory = used instanceof VerilatorSimulation ? used.takeMemory() : undefined;
      if (memory === undefined || !(await memory.renew())) return undefined;
      return (options) => openIn(memory, options);
    },
  };
}

/** What is asked of a build. */
interface Job {
  readonly source: ModelSource;
  readonly directory: string;
  readonly options: OptionFiles;
  readonly tools: Tools;
  readonly request: string;
  readonly asked: AskedNames;
  readonly read: (names: readonly string[]) => SourceTree;
}

interface Tools {
  readonly toolchain: Toolchain;
  readonly key: string;
}

/**
 * For one build: whatever ends it, nothing in it is looked at again. Verilator 5.006 cuts a path off at its first space, so
 * that such a cache is not a place for it.
 */
function buildFolder(directory: string): string {
  try {
    mkdirSync(directory, { recursive: true });
    // Under the name that was looked at: a link to it may have a space where it has none.
    const real = realpathSync(directory);
    const isPlain = /^[\w./-]+$/.test(real);
    return mkdtempSync(join(isPlain ? real : tmpdir(), isPlain ? "build-" : "hilt-build-"));
  } catch (cause) {
    throw new CacheError(directory, cause as Error);
  }
}
