import { checkCycles } from "../bus/clock.ts";
import type { NarrowOperation, Operation } from "../bus/link.ts";
import { checkNarrow, checkRegister } from "./register-address.ts";
import { checkVectors } from "./vector.ts";

/** Throws `RangeError` for a list with an operation that a link with registers of 32 bits up to `last` and `vectors` lacks. */
export function checkList(
  link: string,
  operations: readonly Operation[],
  { vectors, last }: { readonly vectors: number; readonly last: number },
): asserts operations is readonly NarrowOperation[] {
  checkNarrow(link, operations);
  checkVectors(link, vectors, operations);
  for (const operation of operations) {
    if (operation.kind === "wait") checkCycles(operation.limitCycles);
    else checkRegister(operation.address, operation.kind === "write" ? operation.value : 0, last);
  }
}
