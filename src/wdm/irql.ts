import type { CallSite } from "../core/call-sites.ts";
import { APC_LEVEL, DISPATCH_LEVEL, PASSIVE_LEVEL } from "./constants.ts";
import type { Findings } from "./finding.ts";

/** The levels at which a routine may be called. */
export interface IrqlRule {
  readonly lowest: number;
  readonly highest: number;
}

export const AT_PASSIVE: IrqlRule = { lowest: PASSIVE_LEVEL, highest: PASSIVE_LEVEL };
export const AT_DISPATCH: IrqlRule = { lowest: DISPATCH_LEVEL, highest: DISPATCH_LEVEL };
export const BELOW_DISPATCH: IrqlRule = { lowest: PASSIVE_LEVEL, highest: APC_LEVEL };
export const UP_TO_DISPATCH: IrqlRule = { lowest: PASSIVE_LEVEL, highest: DISPATCH_LEVEL };
export const ANY_LEVEL: IrqlRule = { lowest: PASSIVE_LEVEL, highest: Number.POSITIVE_INFINITY };

/** The interrupt request level of the one processor. Raised only round a synchronous piece of work. */
export class Irql {
  #level: number = PASSIVE_LEVEL;
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  get current(): number {
    return this.#level;
  }

  /** KeRaiseIrql: returns the old level. */
  raise(level: number): number {
    const old = this.#level;
    if (level < old) this.#findings.report("IRQL", `KeRaiseIrql from ${old} down to ${level}`);
    this.#level = Math.max(old, level);
    return old;
  }

  /** KeLowerIrql. */
  lower(level: number): void {
    if (level > this.#level) {
      this.#findings.report("IRQL", `KeLowerIrql from ${this.#level} up to ${level}`);
    }
    this.#level = Math.min(this.#level, level);
  }

  reset(): void {
    this.#level = PASSIVE_LEVEL;
  }

  /** Runs `work` at DISPATCH_LEVEL. */
  atDispatch<T>(work: () => T): T {
    const old = this.raise(Math.max(this.#level, DISPATCH_LEVEL));
    try {
      return work();
    } finally {
      this.lower(old);
    }
  }

  /** Runs a driver's routine at DISPATCH_LEVEL, at which it has to return. `site` is where it was handed over. */
  runAtDispatch<T>(work: () => T, site: CallSite | undefined): T {
    const old = this.raise(Math.max(this.#level, DISPATCH_LEVEL));
    const level = this.#level;
    try {
      return work();
    } finally {
      if (this.#level !== level)
        this.#findings.report(
          "IRQL",
          `the execution routine was called at IRQL ${level} and returned at ${this.#level}`,
          {
            parameters: { expected: level, current: this.#level },
            site,
          },
        );
      this.#level = old;
    }
  }

  /** `site` is where the level was left; by default it is the present call's. */
  check(routine: string, { lowest, highest }: IrqlRule, site?: CallSite): void {
    if (this.#level >= lowest && this.#level <= highest) return;
    const [expected, kind] = this.#level > highest ? [highest, "above"] : [lowest, "below"];
    this.#findings.report("IRQL", `${routine} at IRQL ${this.#level}, ${kind} ${expected}`, {
      parameters: { expected, current: this.#level },
      site,
    });
  }
}
