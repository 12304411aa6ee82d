import { matchesAny } from "./signal-pattern.ts";

/** Larger memories are seen only by a pattern that names elements, such as `device.ram[7]`. */
const SMALL = 32;
const MOST = 1024;

export interface NumberedMemory {
  readonly name: string;
  readonly depth: number;
  /** The number of the element that comes first. */
  readonly first: number;
}

/** Elements of a memory that patterns of signals ask for: `ram[0]`, `ram[1]`. */
export function chosenElements(
  { name, depth, first }: NumberedMemory,
  patterns: readonly string[],
): { readonly index: number; readonly number: string }[] {
  const isWhole = depth <= SMALL && matchesAny(patterns, name);
  const chosen = depth <= SMALL ? patterns : patterns.filter((pattern) => pattern.includes("["));
  const elements: { index: number; number: string }[] = [];
  if (!isWhole && chosen.length === 0) return elements;
  for (let index = 0; index < depth && elements.length < MOST; index++) {
    const number = `[${index + first}]`;
    if (isWhole || matchesAny(chosen, `${name}${number}`)) elements.push({ index, number });
  }
  return elements;
}
