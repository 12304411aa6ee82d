import type { Bit, Cell } from "./netlist.ts";

/** A write port of a memory, in the order in which they write. */
export interface WritePort {
  readonly memory: number;
  /** Index of its first element. */
  readonly startOffset: number;
  readonly cell: Cell;
  readonly clock: Bit;
  readonly polarity: boolean;
  readonly address: readonly Bit[];
  readonly data: readonly Bit[];
  readonly mask: readonly Bit[];
}

/**
 * Joins neighbouring ports that write different bits of one element, as a loop over byte strobes makes them: one access
 * instead of eight.
 */
export function mergeWrites(ports: readonly WritePort[]): WritePort[] {
  const merged: WritePort[] = [];
  // Ports of different memories do not see each other; those of one memory keep their order.
  for (const port of [...ports].sort((a, b) => a.memory - b.memory)) {
    const before = merged.at(-1);
    const joined = before === undefined ? undefined : join(before, port);
    if (joined === undefined) merged.push(port);
    else merged[merged.length - 1] = joined;
  }
  return merged;
}

function join(a: WritePort, b: WritePort): WritePort | undefined {
  const isSameElement = a.memory === b.memory && a.address.every((bit, index) => bit === b.address[index]);
  const isSameEdge = a.clock === b.clock && a.polarity === b.polarity;
  const overlaps = a.mask.some((bit, index) => bit !== "0" && b.mask[index] !== "0");
  if (!isSameElement || !isSameEdge || overlaps) return undefined;
  const pick = (index: number): WritePort => (b.mask[index] === "0" ? a : b);
  return {
    ...a,
    data: a.data.map((_, index) => pick(index).data[index] as Bit),
    mask: a.mask.map((_, index) => pick(index).mask[index] as Bit),
  };
}
