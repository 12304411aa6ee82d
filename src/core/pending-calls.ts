import { type Callee, type CallSite, CallSites } from "./call-sites.ts";

const FRAMES = 8;

/** A call that has begun and not ended. */
export interface PendingCall {
  readonly what: string;
  /** Of the caller. */
  readonly site: CallSite | undefined;
  isAbandoned: boolean;
}

/** Asynchronous calls of a bench that have not ended, with the places that began them. */
export class PendingCalls {
  readonly #pending = new Set<PendingCall>();
  /** Called for each call as it begins. */
  onBegin: ((what: string) => void) | undefined;
  readonly #sites: CallSites;

  /** `places` is how many calls have their place kept, by default as many as anywhere. */
  constructor(places?: number) {
    this.#sites = new CallSites(places);
  }

  begin(what: string, callee: Callee): PendingCall {
    this.onBegin?.(what);
    const call: PendingCall = { what, site: this.#sites.keep(callee, FRAMES), isAbandoned: false };
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
