import type { Operation } from "../bus/link.ts";

/** Throws `RangeError` for a vector that a device of so many interrupts lacks. */
export function checkVector(link: string, vectors: number, vector: number): void {
  if (Number.isInteger(vector) && vector >= 0 && vector < vectors) return;
  const there = vectors === 1 ? "1 interrupt, vector 0" : `${vectors} interrupts, from vector 0`;
  throw new RangeError(`${link}: the device has ${there}; not ${vector}`);
}

/** The same for the waits of a list. */
export function checkVectors(link: string, vectors: number, operations: readonly Operation[]): void {
  for (const operation of operations)
    if (operation.kind === "wait") checkVector(link, vectors, operation.vector ?? 0);
}
