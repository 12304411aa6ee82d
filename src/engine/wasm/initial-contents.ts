import { UnsupportedConstructError } from "../errors.ts";
import type { Memory } from "./design.ts";
import type { Cell, MemoryDescription } from "./netlist.ts";
import { ones } from "./node.ts";
import { isBefore, type Position, readmemPositions } from "./readmem-positions.ts";
import { constantOf } from "./signal-values.ts";

/** A run of elements that an initial block writes. */
interface InitialWrite {
  readonly index: number;
  readonly elements: readonly bigint[];
  /** The bits of each element that are written. */
  readonly mask: bigint;
  readonly priority: number;
  readonly cell: Cell;
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
    memory,
    files,
  );
  const all = ones(memory.width);
  // Only for a memory with partial writes: what each element holds so far.
  const known = writes.some(({ mask }) => mask !== all) ? new Map<number, bigint>() : undefined;
  return writes.map(({ index, elements, mask }) => ({
    index,
    elements: elements.map((value, offset) => {
      const element = (value & mask) | ((known?.get(index + offset) ?? 0n) & ~mask);
      known?.set(index + offset, element);
      return element;
    }),
  }));
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
    priority: cell.number("PRIORITY"),
    cell,
    position: line === 0 ? undefined : (cell.extent as Position),
  };
}

/**
 * By priority, which follows the source, but for `$readmemh` and `$readmemb`: Yosys puts what they read before all else,
 * and a loop that clears the memory first would win. They go where the source has them.
 */
function inOrder(
  writes: readonly InitialWrite[],
  memory: MemoryDescription,
  files: ReadonlyMap<string, string>,
): InitialWrite[] {
  const sorted = [...writes].sort((a, b) => a.priority - b.priority);
  const read = sorted.filter(({ position }) => position === undefined);
  const assigned = sorted.filter(({ position }) => position !== undefined);
  if (read.length === 0 || assigned.length === 0) return sorted;
  const calls = readmemPositions(memory, files);
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
      unclear.cell.place,
    );
  }
  const earlier = assigned.filter(isEarlier);
  return [...earlier, ...read, ...assigned.filter((write) => !isEarlier(write))];
}

function overlap(a: InitialWrite, b: InitialWrite): boolean {
  return a.index < b.index + b.elements.length && b.index < a.index + a.elements.length;
}
