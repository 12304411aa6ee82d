/** Places of more calls are not kept: each costs a tenth of a small transfer. */
const MOST_PLACES = 1000;
const FRAMES = 8;

/** A call that has begun and not ended. */
export interface PendingCall {
  readonly what: string;
  /** The frames of the caller, a line each; formatted when they are read. */
  readonly stack?: string;
  isAbandoned: boolean;
}

/** Asynchronous calls of a bench that have not ended, with the places that began them. */
export class PendingCalls {
  readonly #pending = new Set<PendingCall>();
  /** Called for each call as it begins. */
  onBegin: ((what: string) => void) | undefined;
  #places: number;

  constructor(places: number = MOST_PLACES) {
    this.#places = places;
  }

  /** `callee` is the function that was called: frames begin with its caller. */
  begin(what: string, callee: (...args: never[]) => unknown): PendingCall {
    this.onBegin?.(what);
    const call: PendingCall = { what, isAbandoned: false };
    if (this.#places > 0) {
      this.#places--;
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = FRAMES;
      Error.captureStackTrace(call, callee);
      Error.stackTraceLimit = limit;
    }
    this.#pending.add(call);
    return call;
  }

  end(call: PendingCall): void {
    this.#pending.delete(call);
  }

  /** Those that are pending now, the oldest first. What becomes of them is nobody's business any more: see `rejection`. */
  abandon(): PendingCall[] {
    const all = [...this.#pending];
    for (const call of all) call.isAbandoned = true;
    return all;
  }

  /**
   * What a call that failed with `error` rejects with: the same error, whose stack goes on with the caller. The promise of an
   * abandoned call stays pending: that it was cut off has been reported.
   */
  async rejection(call: PendingCall, error: unknown): Promise<unknown> {
    if (call.isAbandoned) await new Promise(() => {});
    if (error instanceof Error) {
      const frames = framesOf(call.stack ?? new Error(call.what).stack ?? "");
      if (!error.stack?.includes(frames)) error.stack = `${error.stack}\n${frames}`;
    }
    return error;
  }
}

/** Lines of a stack below its message. */
export function framesOf(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => /^ {4}at /.test(line))
    .join("\n");
}
