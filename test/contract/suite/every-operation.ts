import type { ContractContext } from "./contract-context.ts";

/** One of each kind of awaited operation; none succeeds on a link that can do no more. */
export function everyOperation({
  link,
  interrupt,
  quiet,
}: ContractContext): Record<string, () => Promise<unknown>> {
  return {
    read: () => link.readRegister(0),
    idle: () => link.idle(quiet),
    "idle of nothing": () => link.idle(0),
    "wait of a listener": () => interrupt.wait(quiet),
    "wait of a new listener": async () => await link.listen().wait(quiet),
    "list of a read": () => link.perform([{ kind: "read", address: 0 }]),
    "list of a write": () => link.perform([{ kind: "write", address: 0x18, value: 1 }]),
    "list of a wait": () => link.perform([{ kind: "wait", limitCycles: quiet }]),
    ...(link.readRegister64 && { "read of 64 bits": () => link.readRegister64!(0) }),
    "empty list": () => link.perform([]),
  };
}

/** What has become of promises, without waiting for them. */
export function watch(promises: readonly Promise<unknown>[]): (unknown | "parked")[] {
  const states: unknown[] = promises.map(() => "parked");
  for (const [index, promise] of promises.entries()) {
    promise.then(
      (value) => {
        states[index] = value;
      },
      (error) => {
        states[index] = error;
      },
    );
  }
  return states;
}
