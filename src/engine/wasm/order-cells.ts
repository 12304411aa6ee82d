import { UnsupportedConstructError } from "../errors.ts";
import type { Bit, Cell } from "./netlist.ts";
import type { SignalNames } from "./signal-names.ts";

/** Combinational cells, each after those that it reads. Refuses loops. */
export function orderCells(cells: readonly Cell[], bitCount: number, names: SignalNames): Cell[] {
  const driver = driversByBit(cells, bitCount);
  const ordered: Cell[] = [];
  const state = new Map<Cell, "open" | "done">();
  for (const root of cells) visit(root, { driver, names, state, ordered });
  return ordered;
}

/** Combinational cells that are part of a loop, or depend on one. */
export function loopingCells(cells: readonly Cell[], bitCount: number): Set<Cell> {
  const driver = driversByBit(cells, bitCount);
  const readers = new Map<Cell, Cell[]>();
  const waiting = new Map<Cell, number>();
  for (const cell of cells) {
    const sources = driversOf(cell, driver);
    waiting.set(cell, sources.length);
    for (const source of sources) append(readers, source, cell);
  }
  const ready = cells.filter((cell) => waiting.get(cell) === 0);
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    waiting.delete(next);
    for (const reader of readers.get(next) ?? []) {
      const left = (waiting.get(reader) as number) - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  return new Set(waiting.keys());
}

export function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** By the number of the bit. */
type CellsByBit = readonly (Cell | undefined)[];

function driversByBit(cells: readonly Cell[], bitCount: number): CellsByBit {
  const driver: (Cell | undefined)[] = new Array(bitCount);
  for (const cell of cells)
    for (const bits of cell.outputs) for (const bit of bits) if (typeof bit === "number") driver[bit] = cell;
  return driver;
}

interface Search {
  readonly driver: CellsByBit;
  readonly names: SignalNames;
  readonly state: Map<Cell, "open" | "done">;
  readonly ordered: Cell[];
}

/** Depth first without recursion: chains of cells are longer than a call stack. */
function visit(root: Cell, { driver, names, state, ordered }: Search): void {
  const path: { cell: Cell; pending: Cell[] }[] = [];
  const enter = (cell: Cell): void => {
    if (state.get(cell) === "done") return;
    if (state.get(cell) === "open") {
      const cells = path.map((step) => step.cell);
      throw loopError(cells.slice(cells.indexOf(cell)), names);
    }
    state.set(cell, "open");
    path.push({ cell, pending: driversOf(cell, driver) });
  };
  enter(root);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const next = step.pending.pop();
    if (next !== undefined) {
      enter(next);
      continue;
    }
    state.set(step.cell, "done");
    ordered.push(step.cell);
    path.pop();
  }
}

function driversOf(cell: Cell, driver: CellsByBit): Cell[] {
  const found = new Set<Cell>();
  for (const bits of cell.inputs) {
    for (const bit of bits) {
      const source = typeof bit === "number" ? driver[bit] : undefined;
      if (source !== undefined) found.add(source);
    }
  }
  return [...found];
}

const SHOWN = 5;

/** Names the signals on the way, each with its place. */
function loopError(loop: readonly Cell[], names: SignalNames): UnsupportedConstructError {
  const inputs = loop.map((cell) => new Set(cell.inputs.flat()));
  // A cell of the path reads the one after it, the last one the first.
  const signals = loop.flatMap((cell, index) => {
    const reads = inputs.at(index - 1) as ReadonlySet<Bit>;
    const bits = cell.outputs.flat().filter((bit) => typeof bit === "number" && reads.has(bit)) as number[];
    return names.partsOf(new Set(bits)).filter(({ place }) => place !== undefined);
  });
  const texts = [...new Set(signals.map(({ name, place }) => `${name} (${place})`))];
  const more = texts.length > SHOWN ? ` and ${texts.length - SHOWN} more` : "";
  const through = texts.length === 0 ? "" : ` through ${texts.slice(0, SHOWN).join(", ")}${more}`;
  return new UnsupportedConstructError(`a combinational loop${through}`, (loop[0] as Cell).place);
}
