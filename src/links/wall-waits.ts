interface Wait {
  readonly deadline: number;
  /** Of the list that is under way: it is not held. */
  readonly isInList: boolean;
  isMet(): boolean;
  /** With whether the wait was met. */
  end(): void;
  fail(error: unknown): void;
}

export interface WallWaitsParts {
  /** Milliseconds until the clock has reached a cycle. */
  readonly msUntil: (cycle: number) => number;
  /** Resolves when everything that the other side had sent by now has been looked at. */
  readonly look: () => Promise<unknown>;
}

/**
 * Waits of a link in wall time. None ends at its deadline before the link has looked at its input after it, so a host that
 * was stopped, or was busy, finds what has come meanwhile.
 */
export class WallWaits {
  readonly #parts: WallWaitsParts;
  readonly #waits = new Set<Wait>();
  /** While it is true, waits stay parked. */
  #isHeld = false;

  constructor(parts: WallWaitsParts) {
    this.#parts = parts;
  }

  /** Resolves with whether `isMet` is true: when it is, when cycle `deadline` has passed, or when `signal` is aborted. */
  until(deadline: number, isMet: () => boolean, signal?: AbortSignal, isInList = false): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = (): void => {
        clearTimeout(timer);
        this.#waits.delete(wait);
        signal?.removeEventListener("abort", end);
      };
      const end = (): void => {
        leave();
        resolve(isMet());
      };
      const fail = (error: unknown): void => {
        leave();
        reject(error);
      };
      const wait: Wait = { deadline, isInList, isMet, end, fail };
      const expire = async (): Promise<void> => {
        try {
          await this.#parts.look();
          this.#expire(deadline);
        } catch (error) {
          fail(error);
        }
      };
      const arm = (): void => {
        const left = this.#parts.msUntil(deadline);
        // A timer counts whole milliseconds, and has 31 bits for them.
        if (left > 0) timer = setTimeout(arm, Math.min(Math.ceil(left), 2 ** 30));
        else void expire();
      };
      this.#waits.add(wait);
      if (isMet() && this.#mayEnd(wait)) end();
      else if (signal?.aborted === true) end();
      else {
        signal?.addEventListener("abort", end);
        arm();
      }
    });
  }

  /** Something has come that a wait may be about. */
  settle(): void {
    for (const wait of [...this.#waits]) if (this.#mayEnd(wait) && wait.isMet()) wait.end();
  }

  /** A list is under way: others are met when it is over. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.settle();
  }

  /** Timers that are due together, or late, come in any order; waits end in that of their deadlines. */
  #expire(deadline: number): void {
    const due = [...this.#waits].filter((wait) => wait.deadline <= deadline);
    for (const wait of due.sort((one, other) => one.deadline - other.deadline)) wait.end();
  }

  #mayEnd({ isInList }: Wait): boolean {
    return isInList || !this.#isHeld;
  }

  fail(error: unknown): void {
    for (const wait of [...this.#waits]) wait.fail(error);
  }
}
