import { UnsupportedConstructError } from "../errors.ts";
import type { Bit, Cell } from "./netlist.ts";

/** Combinational cells, each behind those that it reads. Refuses loops. */
export function orderCells(cells: readonly Cell[]): Cell[] {
  const driver = new Map<Bit, Cell>();
  for (const cell of cells) for (const bit of cell.output) driver.set(bit, cell);
  const ordered: Cell[] = [];
  const state = new Map<Cell, "open" | "done">();
  for (const root of cells) visit(root, driver, state, ordered);
  return ordered;
}

/** Depth first without recursion: chains of cells are longer than a call stack. */
function visit(
  root: Cell,
  driver: ReadonlyMap<Bit, Cell>,
  state: Map<Cell, "open" | "done">,
  ordered: Cell[],
): void {
  const path: { cell: Cell; pending: Cell[] }[] = [];
  const enter = (cell: Cell): void => {
    if (state.get(cell) === "done") return;
    if (state.get(cell) === "open")
      throw loopError(
        path.map((step) => step.cell),
        cell,
      );
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

function driversOf(cell: Cell, driver: ReadonlyMap<Bit, Cell>): Cell[] {
  const found = new Set<Cell>();
  for (const bits of cell.inputs) {
    for (const bit of bits) {
      const source = driver.get(bit);
      if (source !== undefined) found.add(source);
    }
  }
  return [...found];
}

function loopError(path: readonly Cell[], again: Cell): UnsupportedConstructError {
  const places = path.slice(path.indexOf(again)).map((cell) => cell.place);
  const shown = [...new Set(places)].slice(0, 5).join(", ");
  return new UnsupportedConstructError(`a combinational loop (through ${shown})`, again.place);
}
