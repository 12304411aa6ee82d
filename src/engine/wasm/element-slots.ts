import { chosenElements } from "../chosen-elements.ts";
import type { MemorySlot, TraceSlot } from "./layout.ts";
import { rangeOf } from "./scoped-names.ts";

/** The elements of a memory that patterns ask for, as signals. */
export function elementSlots(memory: MemorySlot, patterns: readonly string[]): TraceSlot[] {
  const { name, scoped, width, address, elementBytes, startOffset: first, depth } = memory;
  return chosenElements({ name, depth, first }, patterns).map(({ index, number }) => ({
    name: `${name}${number}`,
    scoped: { scopes: scoped.scopes, name: `${scoped.name}${number}` },
    width,
    range: rangeOf(width, 0, false),
    address: address + index * elementBytes,
  }));
}
