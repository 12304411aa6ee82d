import type { PrunedNetlist } from "./prune-netlist.ts";

/** More of them are the same mistake. */
const SHOWN = 20;

/** A line for each signal, or part of one, that the design depends on and nothing drives. */
export function undrivenWarnings({ undriven, place }: PrunedNetlist): string[] {
  const used = undriven.filter(({ isUsed }) => isUsed);
  const lines = used
    .slice(0, SHOWN)
    .map((part) => `${part.place ?? place}: nothing drives ${part.name}: it holds what the seed gives it`);
  return used.length <= SHOWN ? lines : [...lines, `nothing drives ${used.length - SHOWN} more signals`];
}
