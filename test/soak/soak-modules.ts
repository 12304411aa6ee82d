import { Random } from "../../src/core/random.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { firstThatFails, OnlyTogetherError, type Trial } from "./first-that-fails.ts";
import { type Comparison, compareWithIcarus, randomSteps, type Steps } from "./icarus.ts";
import { isIcarusCrash, knownFault } from "./judge-faults.ts";
import { type EngineName, engineIn, type Verdict, verdictOn } from "./judges.ts";
import { batchOf, batchSteps, indexInBatch } from "./module-batch.ts";
import { circuitOf, type RandomModule } from "./random-module.ts";
import { sampleModules, smallestOf } from "./smallest-module.ts";
import { messageOf, type SoakCounterexample, type SoakRequest } from "./soak-rings.ts";

/** Of each module. */
export const CYCLES = 40;
/** A build takes little longer for a full batch of modules than for a few. */
const BATCH: Readonly<Record<EngineName, number>> = { wasm: 50, verilator: 40 };
/** A smaller counterexample is looked for no longer. */
const SHRINK_LIMIT_MS = 600_000;

export interface ModulesRequest extends SoakRequest {
  readonly engine: EngineName;
  /** Path of Verilator's command; by default the one on the PATH. */
  readonly verilator?: string;
}

export interface ModuleReport {
  readonly runs: number;
  /** Values of which Icarus knew something, and that were equal. */
  readonly compared: number;
  /** Modules that met a known fault of Icarus or of Verilator. */
  readonly judgeFaults: number;
  readonly failure?: Failure;
}

/** A module, as small as was found, or those that fail only side by side, whose path is a range. */
type Failure = SoakCounterexample<RandomModule | readonly RandomModule[]>;

/**
 * Random small Verilog modules, in an engine and in Icarus Verilog, many side by side. A module that differs is made smaller and put to a
 * third judge; it fails the run unless that shows a known fault of Icarus or of Verilator (`judgeFaults`).
 * `cacheDirectory` takes their files.
 */
export async function soakModules(request: ModulesRequest): Promise<ModuleReport> {
  const campaign = new Campaign(request);
  const { seed, path, runs, engine } = request;
  if (path !== undefined) {
    const [first, last] = path.split("-").map(Number) as [number, number | undefined];
    const failure =
      last === undefined ? await campaign.judge(seed, path) : await campaign.batch(seed, last + 1, first);
    return { runs: 1, ...campaign.counts, ...(failure === undefined ? {} : { failure }) };
  }
  for (let done = 0; done < runs; done += BATCH[engine]) {
    const random = new Random(BigInt(seed)).fork(`modules ${done}`);
    const failure = await campaign.batch(
      random.integer(0, 0x7fff_ffff),
      Math.min(BATCH[engine], runs - done),
    );
    if (failure !== undefined) return { runs: done, ...campaign.counts, failure };
    request.onRun?.(Math.min(done + BATCH[engine], runs));
  }
  return { runs, ...campaign.counts };
}

class Campaign {
  readonly counts = { compared: 0, judgeFaults: 0 };
  readonly #request: ModulesRequest;
  readonly #engine: Engine;

  constructor(request: ModulesRequest) {
    this.#request = request;
    this.#engine = engineIn(request.cacheDirectory, request.engine, request.verilator);
  }

  /** Those from `first` on of the modules that fast-check makes from a seed, side by side; the first that fails the run. */
  async batch(seed: number, count: number, first = 0): Promise<Failure | undefined> {
    const modules = sampleModules(seed, count);
    for (let start = first; start < count; ) {
      const rest = modules.slice(start);
      try {
        const found = await firstThatFails(rest, this.#trial);
        if (found === undefined) return undefined;
        const failure = await this.judge(seed, String(start + found.index));
        if (failure !== undefined) return failure;
        start += found.index + 1;
      } catch (error) {
        return { seed, path: `${start}-${count - 1}`, smallest: rest, message: messageOf(error) };
      }
    }
    return undefined;
  }

  readonly #trial: Trial<RandomModule> = async (modules) => {
    const { output, difference = "" } = await this.#compare(modules);
    if (output === undefined) return undefined;
    return { index: modules.length === 1 ? 0 : indexInBatch(output), message: difference };
  };

  /** One module by itself, made smaller; undefined if all is well or if it shows a known fault of a judge. */
  async judge(seed: number, path: string): Promise<Failure | undefined> {
    const index = Number(path);
    const original = sampleModules(seed, index + 1)[index] as RandomModule;
    const first = await this.#messageOf(original);
    if (first === undefined) return undefined;
    if (isIcarusCrash(first)) {
      this.counts.judgeFaults++;
      return undefined;
    }
    const { shrinks, engine } = this.#request;
    const smallest =
      shrinks === false
        ? original
        : await smallestOf(original, (modules) => this.#indexOfFailure(modules), SHRINK_LIMIT_MS);
    const message = await this.#messageOf(smallest);
    const verdict = await this.#ask(smallest);
    if (
      (await this.#showsKnown(smallest, smallest, verdict)) &&
      (await this.#showsKnown(original, smallest, await this.#ask(original)))
    ) {
      this.counts.judgeFaults++;
      return undefined;
    }
    return {
      seed,
      path,
      smallest,
      message: [message, verdict?.text ?? `only ${engine} or Icarus Verilog has values`].join("\n"),
    };
  }

  /** Candidates that fail only side by side, or on which Icarus Verilog itself fails, are no smaller counterexample. */
  async #indexOfFailure(modules: readonly RandomModule[]): Promise<number | undefined> {
    try {
      for (let start = 0; start < modules.length; ) {
        const found = await firstThatFails(modules.slice(start), this.#trial);
        if (found === undefined) return undefined;
        if (!isIcarusCrash(found.message)) return start + found.index;
        start += found.index + 1;
      }
      return undefined;
    } catch (error) {
      if (error instanceof OnlyTogetherError) return undefined;
      throw error;
    }
  }

  /** Why a module fails. */
  async #messageOf(module: RandomModule): Promise<string | undefined> {
    try {
      return (await this.#compare([module])).difference;
    } catch (error) {
      return messageOf(error);
    }
  }

  #isKnown(verdict: Verdict | undefined, smallest: RandomModule): boolean {
    const judge = verdict?.alone;
    if (judge === undefined || judge === "wasm") return false;
    return knownFault(judge, this.#circuit(smallest).text) !== undefined;
  }

  /**
   * Verilator has no say where it reads what lies outside, which is undefined: when the engine stands alone both are asked again,
   * about the same module without that.
   */
  async #showsKnown(
    module: RandomModule,
    smallest: RandomModule,
    verdict: Verdict | undefined,
  ): Promise<boolean> {
    if (this.#isKnown(verdict, smallest)) return true;
    if (verdict?.alone !== "wasm") return false;
    return this.#isKnown(await this.#ask(module, circuitOf(module, true)), smallest);
  }

  async #ask(module: RandomModule, circuit = this.#circuit(module)): Promise<Verdict | undefined> {
    try {
      const { cacheDirectory } = this.#request;
      return await verdictOn(circuit, stepsOf(module, circuit), cacheDirectory, this.#engine);
    } catch {
      // What has no values has no verdict either.
      return undefined;
    }
  }

  async #compare(modules: readonly RandomModule[]): Promise<Comparison> {
    const circuits = modules.map((module) => this.#circuit(module));
    const steps = modules.map((module, index) =>
      stepsOf(module, circuits[index] as (typeof circuits)[number]),
    );
    const [made, given] =
      circuits.length === 1
        ? [circuits[0] as (typeof circuits)[number], steps[0] as Steps]
        : [batchOf(circuits), batchSteps(steps)];
    const options = { folder: this.#request.cacheDirectory, engines: [this.#engine] };
    const result = await compareWithIcarus("module", made, given, options);
    this.counts.compared += result.compared;
    return result;
  }

  #circuit(module: RandomModule): ReturnType<typeof circuitOf> {
    return circuitOf(module, this.#request.engine === "verilator");
  }
}

function stepsOf({ seed }: RandomModule, circuit: ReturnType<typeof circuitOf>): Steps {
  return randomSteps(circuit, new Random(BigInt(seed)), CYCLES);
}
