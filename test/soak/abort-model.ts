import type { Checks } from "./checks.ts";
import { kinds } from "./expectation.ts";

/** What aborts of one ring may do, and what they must. */
export class AbortModel {
  readonly #checks: Checks;
  /** Written, and none has ended a descriptor for them. */
  #open = 0;
  /** Number of the last descriptor that one may end. */
  #last = 0;
  #isSure = false;

  constructor(checks: Checks) {
    this.#checks = checks;
  }

  /** An abort was written; `last` may end with it. `isSure`: that one or one before it must. */
  note(last: number, isSure: boolean): void {
    this.#open++;
    this.#last = last;
    this.#isSure = isSure;
  }

  /** The channel was seen idle or halted: nothing of an abort is left. */
  forget(): void {
    this.#open = 0;
    this.#isSure = false;
  }

  /** Descriptor number `at` has ended with error `kind`. */
  ended(at: number, kind: number, where: string): void {
    if (kind === kinds.NONE) {
      const isLost = this.#isSure && at > this.#last;
      this.#checks.that("abort-effect", !isLost, `${where}: ended well, after the last that an abort spares`);
      return;
    }
    this.#isSure = false;
    if (kind !== kinds.ABORTED) return;
    const isCaused = this.#open > 0 && at <= this.#last;
    this.#checks.that("abort-cause", isCaused, `${where}: ABORTED without an abort`);
    this.#open--;
  }
}
