import { UnsupportedConstructError } from "../errors.ts";
import type { Memory, MemoryRun } from "./design.ts";
import type { Cell, MemoryDescription } from "./netlist.ts";
import { ones } from "./node.ts";
import { isBefore, type Position, readmemPositions } from "./readmem-positions.ts";
import { constantOf } from "./signal-values.ts";

/** A run of elements that an initial block writes. */
interface InitialWrite extends MemoryRun {
  /** The bits of each element that are written. */
  readonly mask: bigint;
  readonly priority: number;
  readonly place: string;
  /** Of the assignment; Yosys knows none for what `$readmemh` and `$readmemb` read. */
  readonly position: Position | undefined;
}

/**
 * What a memory holds before the first edge. Writes count in their order, and one of some bits of an element keeps the
 * others. `files` are the sources by path.
 */
export function initialContents(
  cells: readonly Cell[],
  memory: MemoryDescription,
  files: ReadonlyMap<string, string>,
): Memory["init"] {
  const writes = inOrder(
    cells.map((cell) => initialWrite(cell, memory)),
    loopWrites(memory),
    memory,
    files,
  );
  const all = ones(memory.width);
  // Only for a memory with partial writes: what each element holds so far.
  const known = writes.some(({ mask }) => mask !== all) ? new Map<number, bigint>() : undefined;
  return known === undefined ? writes : writes.map((write) => merged(write, known));
}

/** With the bits that are kept; `known` takes the elements over. */
function merged({ index, elements, times, mask }: InitialWrite, known: Map<number, bigint>): MemoryRun {
  const all = Array.from({ length: elements.length * times }, (_, offset) => {
    const value = elements[offset % elements.length] as bigint;
    const element = (value & mask) | ((known.get(index + offset) ?? 0n) & ~mask);
    known.set(index + offset, element);
    return element;
  });
  return { index, elements: all, times: 1 };
}

/** What `run-initial-loops` has found. */
function loopWrites({ width, place, fills = [] }: MemoryDescription): InitialWrite[] {
  return fills.flatMap(({ extent, runs }) =>
    runs.map((run) => ({ ...run, mask: ones(width), priority: 0, place, position: extent })),
  );
}

function initialWrite(cell: Cell, { width, startOffset }: MemoryDescription): InitialWrite {
  const data = cell.port("DATA");
  const line = cell.extent?.from[0] ?? 0;
  return {
    index: Number(BigInt.asIntN(32, constantOf(cell.port("ADDR")))) - startOffset,
    elements: Array.from({ length: cell.number("WORDS") }, (_, offset) =>
      constantOf(data.slice(offset * width, (offset + 1) * width)),
    ),
    mask: cell.type === "$meminit" ? ones(width) : constantOf(cell.port("EN")),
    times: 1,
    priority: cell.number("PRIORITY"),
    place: cell.place,
    position: line === 0 ? undefined : (cell.extent as Position),
  };
}

/**
 * By priority, which follows the source, but for `$readmemh` and `$readmemb`: Yosys puts what they read before all else,
 * and a loop that clears the memory first would win. They go where the source has them.
 */
function inOrder(
  writes: readonly InitialWrite[],
  loops: readonly InitialWrite[],
  memory: MemoryDescription,
  files: ReadonlyMap<string, string>,
): InitialWrite[] {
  const sorted = [...writes].sort((a, b) => a.priority - b.priority);
  const read = sorted.filter(({ position }) => position === undefined);
  const assigned = withLoops(
    sorted.filter(({ position }) => position !== undefined),
    loops,
  );
  if (read.length === 0 || assigned.length === 0) return [...read, ...assigned];
  // Marks of `initial-loops` have moved what stands after them in a line.
  const calls = memory.data?.length ? memory.data : readmemPositions(memory, files);
  const isEarlier = ({ position }: InitialWrite): boolean =>
    calls.length > 0 && calls.every((call) => isBefore(position as Position, call));
  const isLater = ({ position }: InitialWrite): boolean =>
    calls.length > 0 && calls.every((call) => isBefore(call, position as Position));
  const unclear = assigned.find(
    (write) => !isEarlier(write) && !isLater(write) && read.some((other) => overlap(write, other)),
  );
  if (unclear !== undefined) {
    throw new UnsupportedConstructError(
      `an initial value of the memory ${memory.name} whose order with $readmemh or $readmemb is not clear`,
      unclear.place,
    );
  }
  const earlier = assigned.filter(isEarlier);
  return [...earlier, ...read, ...assigned.filter((write) => !isEarlier(write))];
}

/** Loops among the assignments of the source. */
function withLoops(assigned: readonly InitialWrite[], loops: readonly InitialWrite[]): InitialWrite[] {
  const left = [...loops];
  const ordered: InitialWrite[] = [];
  for (const write of assigned) {
    while (left[0]?.position !== undefined && isBefore(left[0].position, write.position as Position))
      ordered.push(left.shift() as InitialWrite);
    ordered.push(write);
  }
  return [...ordered, ...left];
}

function overlap(a: InitialWrite, b: InitialWrite): boolean {
  const end = ({ index, elements, times }: InitialWrite): number => index + elements.length * times;
  return a.index < end(b) && b.index < end(a);
}
