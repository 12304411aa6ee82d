import { UnknownSignalError } from "../../bus/errors.ts";
import type { SignalAccess } from "../../bus/signal-access.ts";
import type { Simulation, TraceSignal } from "../../engine/engine.ts";
import { matchesAny, requireMatches } from "../../engine/signal-pattern.ts";
import type { LinkState } from "../link-state.ts";

/** The signals that the build has kept because the settings ask for them. */
export class SimulatedSignals implements SignalAccess {
  readonly names: readonly string[];
  readonly #signals: ReadonlyMap<string, TraceSignal>;
  readonly #link: string;
  readonly #state: LinkState;

  /** Throws `NoSignalError` for a pattern that nothing matches. */
  constructor(simulation: Simulation, patterns: readonly string[], link: string, state: LinkState) {
    const kept = simulation.signals.filter(({ name }) => matchesAny(patterns, name));
    this.#signals = new Map(kept.map((signal) => [signal.name, signal]));
    this.names = [...this.#signals.keys()].sort();
    requireMatches(patterns, this.names);
    this.#link = link;
    this.#state = state;
  }

  read(name: string): bigint {
    this.#state.check();
    const signal = this.#signals.get(name);
    if (signal === undefined) throw new UnknownSignalError(this.#link, name, this.names);
    return signal.read();
  }
}
