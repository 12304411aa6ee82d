import type { Design, Update } from "./design.ts";
import type { Node } from "./node.ts";

/**
 * The updates of a design that can be seen: without those of registers that no output, trace, memory or message depends on.
 * Yosys leaves such a register for the address, the data and the mask of each write of a memory.
 */
export function liveUpdates(design: Design): Update[] {
  const next = new Map(
    design.updates.flatMap((update) => (update.kind === "register" ? [[update.register, update.value]] : [])),
  );
  const live = new Set<number>();
  const seen = new Set<Node>();
  const pending = [...seenFromOutside(design)];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const each of node.args) pending.push(each);
    if (node.op !== "register" || live.has(node.index)) continue;
    live.add(node.index);
    const value = next.get(node.index);
    if (value !== undefined) pending.push(value);
  }
  return design.updates.filter((update) => update.kind !== "register" || live.has(update.register));
}

function* seenFromOutside({
  outputs,
  traces,
  stop,
  events,
  initial,
  updates,
}: Design): Generator<Node, void> {
  for (const { limbs } of [...outputs, ...traces]) yield* limbs;
  if (stop !== undefined) yield stop;
  // Without an end to what is pending there would be none to a cycle.
  if (events !== undefined) yield* [events.pending, ...events.starts.map(({ value }) => value)];
  for (const update of [...initial, ...updates]) {
    if (update.kind === "effect") yield* [update.enable, ...update.limbs];
    if (update.kind === "memory") yield* [update.address, update.data, update.mask];
  }
}
