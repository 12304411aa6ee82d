import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Link } from "../../bus/link.ts";
import type { Model, Simulation } from "../../engine/engine.ts";
import { countedSteadily } from "../../engine/steady-count.ts";
import type { Connection, FreshOptions } from "../link-kind.ts";
import { openModel, type SimulationOptions } from "./open-simulator.ts";
import type { SimulationSettings } from "./simulator-model.ts";

export interface SimulatorConnectionParts {
  readonly name: string;
  readonly settings: SimulationSettings;
  readonly model: Model;
  /** Where each test leaves its counts. */
  readonly countsDirectory?: string | undefined;
  readonly lastWords?: SimulationOptions["lastWords"];
}

/**
 * Memories of a model that tests have one after the other. They are renewed together: each view of a memory that begins
 * is so large that V8 collects garbage twice, whatever else there is to collect.
 */
const MEMORIES = 3;

/** A loaded model: each test has a simulation of its own, in the memory of one before it. */
export class SimulatorConnection implements Connection {
  readonly #parts: SimulatorConnectionParts;
  /** Of tests that are over. */
  readonly #used: Simulation[] = [];
  /** Each opens one simulation, in memory that nobody has. */
  readonly #renewed: Model["open"][] = [];

  constructor(parts: SimulatorConnectionParts) {
    this.#parts = parts;
  }

  async fresh(options: FreshOptions): Promise<Link> {
    const { name, settings, model, countsDirectory, lastWords } = this.#parts;
    const open = await this.#nextMemory();
    return await openModel(name, settings, model, {
      ...options,
      ...(lastWords === undefined ? {} : { lastWords }),
      ...(countsDirectory === undefined
        ? {}
        : { coverageFile: join(countsDirectory, `${randomUUID()}.dat`) }),
      open,
      onClose: (simulation) => void this.#used.push(simulation),
    });
  }

  async #nextMemory(): Promise<Model["open"]> {
    const { model } = this.#parts;
    const [first] = this.#used;
    if (first !== undefined && this.#renewed.length === 0 && this.#used.length >= MEMORIES) {
      const { byteLength } = first.array("memory.ram").bytes.buffer;
      await countedSteadily(byteLength, async () => {
        for (const used of this.#used.splice(0)) {
          const open = await model.renew(used);
          if (open !== undefined) this.#renewed.push(open);
        }
      });
    }
    return this.#renewed.shift() ?? model.open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#used.length = 0;
    this.#renewed.length = 0;
  }
}
