interface Wait {
  readonly deadline: number;
  isMet(): boolean;
  end(): void;
  reject(error: unknown): void;
}

/** Waits of a link in wall time. None ends at its deadline before the link has looked at its input after it. */
export class WallWaits {
  readonly #waits = new Set<Wait>();

  /** Resolves when `isMet` is true, which it yields, when cycle `deadline` has passed, or when `signal` is aborted. */
  until(deadline: number, isMet: () => boolean, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const abort = (): void => end();
      const end = (): void => {
        this.#waits.delete(wait);
        signal?.removeEventListener("abort", abort);
        resolve(isMet());
      };
      const wait: Wait = { deadline, isMet, end, reject };
      this.#waits.add(wait);
      if (isMet() || signal?.aborted === true) end();
      else signal?.addEventListener("abort", abort);
    });
  }

  /** The link has looked, and it was cycle `now` before it did. Waits end in the order of their deadlines. */
  settle(now: number): void {
    const over = [...this.#waits].filter((wait) => wait.isMet() || wait.deadline <= now);
    for (const wait of over.sort((a, b) => a.deadline - b.deadline)) wait.end();
  }

  fail(error: unknown): void {
    for (const wait of this.#waits) wait.reject(error);
    this.#waits.clear();
  }
}
