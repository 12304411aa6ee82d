import { checkCycles } from "../bus/clock.ts";
import type { NarrowOperation, Operation } from "../bus/link.ts";
import { checkRegister, checkWidth } from "./register-address.ts";
import { checkVector } from "./vector.ts";

/** Throws `RangeError` for a list with an operation that a link with registers of 32 bits up to `last` and `vectors` lacks. */
export function checkList(
  link: string,
  operations: readonly Operation[],
  { vectors, last }: { readonly vectors: number; readonly last: number },
): asserts operations is readonly NarrowOperation[] {
  for (const operation of operations) {
    if (operation.kind === "wait") {
      checkVector(link, vectors, operation.vector ?? 0);
      checkCycles(operation.limitCycles);
    } else {
      checkWidth(link, operation);
      checkRegister(operation.address, operation.kind === "write" ? (operation.value as number) : 0, last);
    }
  }
}
