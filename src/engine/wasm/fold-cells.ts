import type { BitAliases } from "./bit-aliases.ts";
import { type CellContext, combinationalCells } from "./cells.ts";
import { Graph } from "./graph.ts";
import type { Bit, Cell, PortDescription } from "./netlist.ts";
import { WIDEST } from "./node.ts";

/**
 * Drops cells whose output is a constant or another signal for the constants that their instance has at its ports: what is
 * chosen by a constant is not part of a loop, and what is not chosen needs no driver. Their outputs become aliases. `tied`
 * are the cells at such constants.
 */
export function foldCells(
  cells: readonly Cell[],
  tied: readonly Cell[],
  ports: readonly PortDescription[],
  aliases: BitAliases,
): Cell[] {
  return new CellFolder(cells, ports, aliases).fold(tied);
}

class CellFolder {
  readonly #cells: readonly Cell[];
  readonly #ports: readonly PortDescription[];
  readonly #aliases: BitAliases;
  readonly #dropped = new Set<Cell>();
  readonly #graph = new Graph();
  #several: ReadonlySet<Bit> | undefined;
  #readers: (Cell[] | undefined)[] | undefined;

  constructor(cells: readonly Cell[], ports: readonly PortDescription[], aliases: BitAliases) {
    this.#cells = cells;
    this.#ports = ports;
    this.#aliases = aliases;
  }

  fold(tied: readonly Cell[]): Cell[] {
    const open = [...tied];
    for (let cell = open.pop(); cell !== undefined; cell = open.pop())
      if (combinationalCells.has(cell.type) && !this.#dropped.has(cell)) open.push(...this.#look(cell));
    return this.#cells.filter((cell) => !this.#dropped.has(cell));
  }

  /** The cells to be looked at because of what became of this one. */
  #look(cell: Cell): Cell[] {
    const value = this.#valueOf(cell);
    if (value === undefined) return [];
    const output = this.#resolved(cell.port("Y"));
    // The value of a wire is not a loop through the cell; and what has several drivers keeps them, for the error names all.
    this.#several ??= this.#findSeveral();
    if (output.some((bit) => value.includes(bit) || this.#several?.has(bit) === true)) return [];
    this.#dropped.add(cell);
    this.#readers ??= this.#findReaders();
    const readers: Cell[] = [];
    for (const [index, bit] of output.entries()) {
      const other = value[index] as Bit;
      this.#aliases.join(bit, other);
      const own = this.#readers[bit as number] ?? [];
      for (const reader of own) readers.push(reader);
      if (typeof other === "number") this.#readers[other] = [...(this.#readers[other] ?? []), ...own];
    }
    return readers;
  }

  #findSeveral(): ReadonlySet<Bit> {
    const driven = new Set<Bit>();
    const several = new Set<Bit>();
    const drive = (bits: readonly Bit[]): void => {
      for (const bit of bits) {
        const root = this.#aliases.resolve(bit);
        if (typeof root === "string" || driven.has(root)) several.add(root);
        driven.add(root);
      }
    };
    for (const { direction, bits } of this.#ports) if (direction === "input") drive(bits);
    for (const cell of this.#cells) cell.outputs.forEach(drive);
    return several;
  }

  #findReaders(): (Cell[] | undefined)[] {
    const readers: (Cell[] | undefined)[] = new Array(this.#aliases.count);
    const read = (cell: Cell, bit: Bit): void => {
      if (typeof bit !== "number") return;
      const known = readers[bit];
      if (known === undefined) readers[bit] = [cell];
      else if (known.at(-1) !== cell) known.push(cell);
    };
    for (const cell of this.#cells) {
      if (!combinationalCells.has(cell.type)) continue;
      for (const bits of cell.inputs) for (const bit of bits) read(cell, this.#aliases.resolve(bit));
    }
    return readers;
  }

  #resolved(bits: readonly Bit[]): Bit[] {
    return bits.map((bit) => this.#aliases.resolve(bit));
  }

  #valueOf(cell: Cell): Bit[] | undefined {
    const [a, b, s] = ["A", "B", "S"].map((port) => this.#resolved(cell.port(port))) as [Bit[], Bit[], Bit[]];
    const partial = partlyConstant(cell, a, b, s);
    if (partial !== undefined) return partial;
    return [...a, ...b, ...s].every(isDefined) ? this.#evaluated(cell.resolved(this.#aliases)) : undefined;
  }

  /** Of a cell all of whose inputs are constants. */
  #evaluated(cell: Cell): Bit[] {
    const graph = this.#graph;
    const context: CellContext = {
      graph,
      value: (bits) => graph.concat(bits.map((bit) => graph.const(bit === "1" ? 1n : 0n, 1))),
    };
    const translation = combinationalCells.get(cell.type) as NonNullable<
      ReturnType<typeof combinationalCells.get>
    >;
    const limbs = translation(cell, context);
    return cell.port("Y").map((_, index) => {
      const { value } = limbs[Math.floor(index / WIDEST)] as { value: bigint };
      return (value >> BigInt(index % WIDEST)) & 1n ? "1" : "0";
    });
  }
}

function isDefined(bit: Bit): boolean {
  return bit === "0" || bit === "1";
}

/** What does not depend on all of the inputs. */
function partlyConstant(
  cell: Cell,
  a: readonly Bit[],
  b: readonly Bit[],
  s: readonly Bit[],
): Bit[] | undefined {
  switch (cell.type) {
    case "$mux":
      return isDefined(s[0] as Bit) ? [...(s[0] === "1" ? b : a)] : undefined;
    case "$pmux":
      return s.every(isDefined) ? chosen(a, b, s) : undefined;
    case "$and":
      return bitwise(cell, a, b, "0");
    case "$or":
      return bitwise(cell, a, b, "1");
    default:
      return undefined;
  }
}

function chosen(a: readonly Bit[], b: readonly Bit[], s: readonly Bit[]): Bit[] | undefined {
  const at = s.indexOf("1");
  if (at < 0) return [...a];
  return s.lastIndexOf("1") === at ? b.slice(at * a.length, (at + 1) * a.length) : undefined;
}

/** Where each bit of the result is a constant or one of the operands. `strong` decides, the other digit does not count. */
function bitwise(cell: Cell, a: readonly Bit[], b: readonly Bit[], strong: "0" | "1"): Bit[] | undefined {
  const weak = strong === "0" ? "1" : "0";
  const bitOf = (bits: readonly Bit[], port: string, index: number): Bit =>
    bits[index] ?? (cell.flag(`${port}_SIGNED`) ? (bits.at(-1) as Bit) : "0");
  const result: Bit[] = [];
  for (let index = 0; index < cell.port("Y").length; index++) {
    const [x, y] = [bitOf(a, "A", index), bitOf(b, "B", index)];
    if (x === strong || y === strong) result.push(strong);
    else if (x === weak) result.push(y);
    else if (y === weak || x === y) result.push(x);
    else return undefined;
  }
  return result;
}
