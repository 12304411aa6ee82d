import { type Callee, type CallSite, CallSites } from "./call-sites.ts";

const FRAMES = 8;

/** A call that has begun and not ended. */
export interface PendingCall {
  readonly what: string;
  /** Of the caller. */
  readonly site: CallSite | undefined;
  isAbandoned: boolean;
  /** Of a call that is watched: whether somebody has asked for its end. */
  isAwaited: boolean;
  hasEnded: boolean;
}

/** Knows whether somebody awaits it: `await`, too, calls `then` of a promise that is not quite Promise's own. */
class WatchedPromise<T> extends Promise<T> {
  onAwait: (() => void) | undefined;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is Promise's own.
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.onAwait?.();
    return super.then(onFulfilled, onRejected);
  }
}

/** Asynchronous calls of a bench that have not ended, with the places that began them. */
export class PendingCalls {
  readonly #pending = new Set<PendingCall>();
  /** Called for each call that waits, as it begins. */
  onBegin: ((what: string) => void) | undefined;
  readonly #sites: CallSites;
  /** Of those that let no time pass of themselves: there are many, and they take no place from the others. */
  readonly #sitesAtOnce: CallSites;

  /** `places` is how many calls of either kind have their place kept, by default as many as anywhere. */
  constructor(places?: number) {
    this.#sites = new CallSites(places);
    this.#sitesAtOnce = new CallSites(places);
  }

  /** A call that waits for something. */
  begin(what: string, callee: Callee): PendingCall {
    this.onBegin?.(what);
    return this.#add(what, this.#sites.keep(callee, FRAMES));
  }

  /** One that is answered as soon as the link can, such as a read of a register. */
  beginAtOnce(what: string, callee: Callee): PendingCall {
    return this.#add(what, this.#sitesAtOnce.keep(callee, FRAMES));
  }

  #add(what: string, site: CallSite | undefined): PendingCall {
    const call: PendingCall = { what, site, isAbandoned: false, isAwaited: true, hasEnded: false };
    this.#pending.add(call);
    return call;
  }

  end(call: PendingCall): void {
    call.hasEnded = true;
    if (call.isAwaited) this.#pending.delete(call);
  }

  /**
   * What the caller gets in place of `work`: the call is pending until somebody awaits it, too. For those that may have ended when
   * the test has, whether it waited for them or not.
   */
  watched<T>(call: PendingCall, work: Promise<T>): Promise<T> {
    call.isAwaited = false;
    const watched = new WatchedPromise<T>((resolve, reject) => {
      work.then(resolve, reject);
    });
    watched.onAwait = () => {
      call.isAwaited = true;
      if (call.hasEnded) this.#pending.delete(call);
    };
    return watched;
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
      const frames = framesOf(call.site?.stack ?? new Error(call.what).stack ?? "");
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
