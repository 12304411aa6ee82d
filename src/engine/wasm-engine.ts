import { type Log, silentLog } from "../core/log.ts";
import type { Engine, Model, ModelSource, OpenOptions, Simulation } from "./engine.ts";
import { UnsupportedConstructError } from "./errors.ts";
import { isForeign, readDataFiles, readSources } from "./sources.ts";
import type { Layout } from "./wasm/layout.ts";
import { type Artefact, ModelCache } from "./wasm/model-cache.ts";
import { modelKey } from "./wasm/model-key.ts";
import { WasmSimulation } from "./wasm/wasm-simulation.ts";

interface LoadedModel {
  readonly compiled: WebAssembly.Module;
  readonly layout: Layout;
  readonly warnings: readonly string[];
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
  readonly #cache: ModelCache;
  readonly #log: Log;
  /** The last models: V8 compiles a module the better the longer it has run, and tests open the same one again. */
  readonly #loaded = new Map<string, LoadedModel>();

  constructor({ cacheDirectory, log = silentLog }: { cacheDirectory: string; log?: Log }) {
    this.#cache = new ModelCache(cacheDirectory);
    this.#log = log;
  }

  async build(source: ModelSource): Promise<Model> {
    const start = performance.now();
    const foreign = source.files.find(isForeign);
    if (foreign !== undefined) throw new UnsupportedConstructError("C or C++", foreign);
    const files = readSources(source);
    const dataFiles = readDataFiles(files);
    const key = modelKey(source, files, dataFiles);
    let fromCache = true;
    let model = this.#loaded.get(key);
    if (model === undefined) {
      const cached = this.#cache.read(key);
      fromCache = cached !== undefined;
      model = this.#load(key, cached ?? (await this.#compile(key, source, files, dataFiles)));
    }
    const { compiled, layout, warnings } = model;
    return {
      source,
      key,
      fromCache,
      buildMs: performance.now() - start,
      warnings,
      wavesFormat: "vcd",
      open: (options: OpenOptions = {}): Simulation => new WasmSimulation(compiled, layout, source, options),
    };
  }

  #load(key: string, { module, ...rest }: Artefact): LoadedModel {
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size >= LOADED_MODELS && oldest !== undefined) this.#loaded.delete(oldest);
    const model = { compiled: new WebAssembly.Module(module), ...rest };
    this.#loaded.set(key, model);
    return model;
  }

  async #compile(
    key: string,
    source: ModelSource,
    files: ReadonlyMap<string, string>,
    dataFiles: ReadonlyMap<string, string>,
  ): Promise<Artefact> {
    // A run whose model is there does without it, and starts the sooner.
    const { compileModel } = await import("./wasm/compile-model.ts");
    const artefact = await compileModel(source, files, dataFiles, this.#log);
    this.#cache.write(key, artefact);
    return artefact;
  }
}
