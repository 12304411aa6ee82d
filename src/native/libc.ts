import koffi from "koffi";
import { SystemCallError } from "./errors.ts";

type SystemCall = (...values: readonly unknown[]) => number;

/**
 * A function of the C library by its prototype, looked up at its first call: some of them exist on Linux alone. Returns what
 * it returned where that is 0 or more; otherwise throws `SystemCallError`. A call that a signal has interrupted is made again.
 */
export function systemCall(prototype: string): SystemCall {
  const name = /(\w+)\(/.exec(prototype)?.[1] ?? prototype;
  let call: SystemCall | undefined;
  return (...values) => {
    call ??= koffi.load(null).func(prototype) as SystemCall;
    for (;;) {
      const result = Number(call(...values));
      if (result >= 0) return result;
      if (koffi.errno() !== koffi.os.errno["EINTR"]) throw SystemCallError.last(name);
    }
  };
}
