import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Link } from "../../bus/link.ts";
import type { Model, Simulation } from "../../engine/engine.ts";
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

/** A loaded model: each test has a simulation of its own, in the memory of the one before. */
export class SimulatorConnection implements Connection {
  readonly #parts: SimulatorConnectionParts;
  /** Of a test that is over. */
  #used: Simulation | undefined;

  constructor(parts: SimulatorConnectionParts) {
    this.#parts = parts;
  }

  async fresh(options: FreshOptions): Promise<Link> {
    const { name, settings, model, countsDirectory, lastWords } = this.#parts;
    const used = this.#used;
    this.#used = undefined;
    return await openModel(name, settings, model, {
      ...options,
      ...(lastWords === undefined ? {} : { lastWords }),
      ...(countsDirectory === undefined
        ? {}
        : { coverageFile: join(countsDirectory, `${randomUUID()}.dat`) }),
      open: (how) => (used === undefined ? model.open(how) : model.reopen(used, how)),
      onClose: (simulation) => {
        this.#used = simulation;
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#used = undefined;
  }
}
