import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Log, silentLog } from "../core/log.ts";
import { AskedNames, buildAgain } from "./build-again.ts";
import type { Engine, Model, ModelSource, OpenOptions, PortShape, Simulation } from "./engine.ts";
import { UnsupportedConstructError } from "./errors.ts";
import { ownHash } from "./own-hash.ts";
import { requestKey, sourceKey } from "./source-key.ts";
import { isForeign, readTree, type SourceTree } from "./source-tree.ts";
import type { Layout } from "./wasm/layout.ts";
import { type Artefact, ModelCache } from "./wasm/model-cache.ts";
import { ModelInstance } from "./wasm/model-instance.ts";
import { WasmSimulation } from "./wasm/wasm-simulation.ts";

interface LoadedModel {
  readonly compiled: WebAssembly.Module;
  readonly layout: Layout;
  readonly warnings: readonly string[];
}

interface KeyedModel {
  readonly key: string;
  readonly model: LoadedModel;
}

export interface WasmEngineOptions {
  readonly cacheDirectory: string;
  readonly log?: Log;
  /** CPU time that Yosys may take for a build; by default 600 s. */
  readonly limitSeconds?: number | undefined;
}

/** What is asked of a build. */
interface Job {
  readonly request: string;
  readonly asked: AskedNames;
  readonly read: (names: readonly string[]) => SourceTree;
}

const LOADED_MODELS = 4;

/**
 * The built-in engine: Verilog (`compile-model`) through Yosys to a word-level netlist (`yosys`, `netlist`), to a graph of values
 * (`elaborate-design`, `cells`, `graph`), to one WebAssembly module (`update-tree`, `placement`, `node-emitter`,
 * `generate-module`). Needs nothing but npm packages. What it can't do right it refuses by name and source line
 * (docs/engine.md).
 */
export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly #directory: string;
  readonly #cache: ModelCache;
  readonly #log: Log;
  readonly #limitSeconds: number | undefined;
  /** The last models: V8 compiles a module the better the longer it has run, and tests open the same one again. */
  readonly #loaded = new Map<string, LoadedModel>();

  constructor({ cacheDirectory, log = silentLog, limitSeconds }: WasmEngineOptions) {
    this.#directory = cacheDirectory;
    this.#cache = new ModelCache(cacheDirectory);
    this.#log = log;
    this.#limitSeconds = limitSeconds;
  }

  async build(source: ModelSource): Promise<Model> {
    const start = performance.now();
    const foreign = source.files.find(isForeign);
    if (foreign !== undefined) throw new UnsupportedConstructError("C or C++", foreign);
    const { request, asked, read } = this.#jobFor(source);
    const tree = read(asked.all);
    const known = this.#known(sourceKey(request, tree));
    const built =
      known ??
      (await buildAgain(tree, asked, read, (each) => this.#compile(sourceKey(request, each), source, each)));
    return modelOf(source, built, known !== undefined, performance.now() - start);
  }

  load(source: ModelSource, key: string): Model | undefined {
    const start = performance.now();
    const known = this.#known(key);
    return known === undefined ? undefined : modelOf(source, known, true, performance.now() - start);
  }

  async ports(source: ModelSource): Promise<readonly PortShape[]> {
    const [{ elaborate }, { readable }, { parseNetlist }] = await Promise.all([
      import("./wasm/yosys.ts"),
      import("./wasm/marked-text.ts"),
      import("./wasm/parse-netlist.ts"),
    ]);
    const { asked, read } = this.#jobFor(source);
    const { result } = await buildAgain(read(asked.all), asked, read, (tree) =>
      readable(tree, (omitted) => elaborate(source, tree, { omitted })),
    );
    return parseNetlist(result).ports;
  }

  #jobFor(source: ModelSource): Job {
    const request = requestKey(source, [ownHash("wasm"), yosysVersion()]);
    const read = (names: readonly string[]): SourceTree => readTree(source, { names, withData: true });
    return { request, asked: new AskedNames(this.#directory, request), read };
  }

  #load(key: string, { module, ...rest }: Artefact): LoadedModel {
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size >= LOADED_MODELS && oldest !== undefined) this.#loaded.delete(oldest);
    const model = { compiled: new WebAssembly.Module(module), ...rest };
    this.#loaded.set(key, model);
    return model;
  }

  #known(key: string): KeyedModel | undefined {
    const loaded = this.#loaded.get(key);
    if (loaded !== undefined) return { key, model: loaded };
    const cached = this.#cache.read(key);
    return cached === undefined ? undefined : { key, model: this.#load(key, cached) };
  }

  async #compile(key: string, source: ModelSource, tree: SourceTree): Promise<KeyedModel> {
    // A run whose model is there does without it, and starts the sooner.
    const { compileModel } = await import("./wasm/compile-model.ts");
    const artefact = await compileModel(source, tree, { log: this.#log, limitSeconds: this.#limitSeconds });
    this.#cache.write(key, artefact);
    return { key, model: this.#load(key, artefact) };
  }
}

/** As it is installed. */
function yosysVersion(): string {
  const path = fileURLToPath(new URL("../package.json", import.meta.resolve("@yowasp/yosys")));
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

function modelOf(
  source: ModelSource,
  { key, model: { compiled, layout, warnings } }: KeyedModel,
  fromCache: boolean,
  buildMs: number,
): Model {
  const open = (options: OpenOptions = {}): Simulation =>
    new WasmSimulation(new ModelInstance(compiled, layout), layout, source, options);
  return {
    ...{ source, key, fromCache, buildMs, warnings, wavesFormat: "vcd", open },
    renew: async (used) => {
      const instance = used instanceof WasmSimulation ? used.takeInstance() : undefined;
      if (instance === undefined || !(await instance.renew())) return undefined;
      return (options = {}) => new WasmSimulation(instance, layout, source, options);
    },
  };
}
