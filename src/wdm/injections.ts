import type { Random } from "../core/random.ts";

/** What the system does to a driver on request, so that a bench reaches the paths that a good day never takes. */
export interface Injection {
  /**
   * `refuse`: a call that allocates gets no resources. `defer`: a request that could be granted at once is granted after the
   * driver's present work; one that must not wait is refused. `shorten`: a map gets one page.
   */
  readonly kind: "refuse" | "defer" | "shorten";
  /** Which of the coming calls of its kind, counted from 1, the next one. */
  readonly at?: number;
  /** Of those calls a share, from 0 to 1, drawn from `random`, for the rest of the test. */
  readonly share?: number;
  readonly random?: Random;
}

interface Pending {
  readonly kind: Injection["kind"];
  left: number;
}

interface Drawn {
  readonly kind: Injection["kind"];
  readonly share: number;
  readonly random: Random;
}

/** What was asked for and has not struck yet. */
export class Injections {
  readonly #pending: Pending[] = [];
  readonly #drawn: Drawn[] = [];

  /** Throws `RangeError` for what is neither the number of a call nor a share with its source. */
  add({ kind, at, share, random }: Injection): void {
    if (at !== undefined && share === undefined && Number.isSafeInteger(at) && at >= 1)
      this.#pending.push({ kind, left: at });
    else if (at === undefined && share !== undefined && random !== undefined && share >= 0 && share <= 1)
      this.#drawn.push({ kind, share, random });
    else
      throw new RangeError(
        `to ${kind} calls takes \`at\`, from 1 on, or \`share\`, from 0 to 1, and \`random\``,
      );
  }

  /** Whether the call that goes on now is one of those asked for. */
  strikes(kind: Injection["kind"]): boolean {
    let isStruck = false;
    for (const one of this.#pending) if (one.kind === kind && --one.left === 0) isStruck = true;
    for (const one of this.#drawn)
      if (one.kind === kind && one.random.integer(0, 999_999) < one.share * 1_000_000) isStruck = true;
    return isStruck;
  }
}
