import { matchesAny } from "../signal-pattern.ts";
import type { MemorySlot, TraceSlot } from "./layout.ts";
import { rangeOf } from "./scoped-names.ts";

/** Memories of more elements are recorded only by a pattern that names elements, such as `device.ram[7]`. */
const SMALL = 32;
const MOST = 1024;

/** The elements of a memory that patterns ask for, as signals: `ram[0]`, `ram[1]`. */
export function elementSlots(memory: MemorySlot, patterns: readonly string[]): TraceSlot[] {
  const { name, scoped, width, address, elementBytes, startOffset, depth } = memory;
  const isWhole = depth <= SMALL && matchesAny(patterns, name);
  const chosen = depth <= SMALL ? patterns : patterns.filter((pattern) => pattern.includes("["));
  const slots: TraceSlot[] = [];
  if (!isWhole && chosen.length === 0) return slots;
  for (let index = 0; index < depth && slots.length < MOST; index++) {
    const number = `[${index + startOffset}]`;
    if (!isWhole && !matchesAny(chosen, `${name}${number}`)) continue;
    slots.push({
      name: `${name}${number}`,
      scoped: { scopes: scoped.scopes, name: `${scoped.name}${number}` },
      width,
      range: rangeOf(width, 0, false),
      address: address + index * elementBytes,
    });
  }
  return slots;
}
