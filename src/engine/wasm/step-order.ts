import type { Node } from "./node.ts";
import { blocksOf, type Step, valuesOf } from "./step.ts";

/** Nodes that are looked at for each update; the order is a matter of speed, and what it misses is a hazard. */
const MOST_NODES = 200;

/**
 * Steps in an order in which a register or memory is read before it is written, as far as there is one; otherwise they
 * stay where they are. Reads that come after a write nevertheless are found later (`hazards`); each costs a copy.
 */
export function readersFirst(steps: readonly Step[]): Step[] {
  const readers = readersOf(steps);
  const entered = new Set<Step>();
  const ordered = new Set<Step>();
  // Each step after the readers of what it writes, without recursion.
  for (const path = [...steps].reverse(); path.length > 0; ) {
    const step = path.at(-1) as Step;
    if (entered.has(step)) {
      ordered.add(step);
      path.pop();
      continue;
    }
    entered.add(step);
    const before = [...writesOf(step)].flatMap((key) => readers.get(key) ?? []);
    for (const reader of before.reverse()) if (!entered.has(reader)) path.push(reader);
  }
  return [...ordered];
}

function readersOf(steps: readonly Step[]): Map<string, Step[]> {
  const readers = new Map<string, Step[]>();
  for (const step of steps) {
    for (const key of readsOf(step)) {
      const known = readers.get(key);
      if (known === undefined) readers.set(key, [step]);
      else known.push(step);
    }
  }
  return readers;
}

function writesOf(step: Step): Set<string> {
  const written = new Set<string>();
  for (const each of withinOf(step)) {
    if (each.kind !== "update") continue;
    if (each.update.kind === "register") written.add(`register ${each.update.register}`);
    if (each.update.kind === "memory") written.add(`memory ${each.update.memory}`);
  }
  return written;
}

function readsOf(step: Step): Set<string> {
  const read = new Set<string>();
  const seen = new Set<Node>();
  const pending: Node[] = [];
  const within = withinOf(step);
  for (const each of within) pending.push(...valuesOf(each));
  const most = MOST_NODES * within.length;
  for (let node = pending.pop(); node !== undefined && seen.size < most; node = pending.pop()) {
    if (seen.has(node) || node.isSteady) continue;
    seen.add(node);
    if (node.op === "register" || node.op === "memory") read.add(`${node.op} ${node.index}`);
    pending.push(...node.args);
  }
  return read;
}

/** The step and those inside it. */
function withinOf(step: Step): Step[] {
  const found = [step];
  // Grows while it is walked.
  for (const each of found)
    for (const { steps } of blocksOf(each)) for (const inner of steps) found.push(inner);
  return found;
}
