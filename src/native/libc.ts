import koffi from "koffi";
import { SystemCallError } from "./errors.ts";

type Arguments = readonly unknown[];

/**
 * A function of the C library by its prototype, looked up at its first call: some of them exist on Linux alone. Returns what
 * it returned where that is 0 or more; otherwise throws `SystemCallError`. A call that a signal has interrupted is made again.
 */
export function systemCall(prototype: string): (...values: Arguments) => number {
  const call = libraryCall(prototype);
  return (...values) => {
    const result = call(values);
    if (result >= 0) return result;
    throw new SystemCallError(nameIn(prototype), -result);
  };
}

/** The same for a call that does not wait: undefined where it would have to. An error object for each look is dear. */
export function promptCall(prototype: string): (...values: Arguments) => number | undefined {
  const call = libraryCall(prototype);
  const wouldWait = -(koffi.os.errno["EAGAIN"] as number);
  return (...values) => {
    const result = call(values);
    if (result >= 0) return result;
    if (result === wouldWait) return undefined;
    throw new SystemCallError(nameIn(prototype), -result);
  };
}

/** Gives back less than 0, the number of the error, where the call has failed. */
function libraryCall(prototype: string): (values: Arguments) => number {
  let call: ((...values: Arguments) => number | bigint) | undefined;
  return (values) => {
    call ??= koffi.load(null).func(prototype) as typeof call & {};
    for (;;) {
      const result = Number(call(...values));
      if (result >= 0) return result;
      const errno = koffi.errno();
      if (errno !== koffi.os.errno["EINTR"]) return -errno;
    }
  };
}

function nameIn(prototype: string): string {
  return /(\w+)\(/.exec(prototype)?.[1] ?? prototype;
}
