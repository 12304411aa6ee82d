import { UnsupportedConstructError } from "../errors.ts";
import { combinationalCells } from "./cells.ts";
import { refusedWord } from "./mark-refused.ts";
import type { Bit, Cell, Netlist } from "./netlist.ts";
import { flipFlops, latches } from "./sequential-cells.ts";

/** What the source has that a cell cannot be taken for; nothing where it can be. */
export function refusalOf(cell: Cell): string | undefined {
  if (isUndefinedItem(cell)) return "an item of a case with x or z that is not a number";
  if (cell.inputs.some((bits) => bits.includes("z"))) return "a tri-state driver or the value z";
  if (isCombinational(cell) || flipFlops.has(cell.type) || OTHERS.test(cell.type)) return undefined;
  const construct = constructs[cell.type];
  return construct === undefined ? `the cell ${cell.type}` : `${construct} (cell ${cell.type})`;
}

/** The digits come by a parameter, whose value the source does not show. Yosys drops what follows such an item. */
function isUndefinedItem(cell: Cell): boolean {
  const isItem = cell.type === "$eq" && /_CMP\d+$/.test(cell.name);
  return isItem && cell.port("B").some((bit) => bit === "x" || bit === "z");
}

export function refuseCells(netlist: Netlist): void {
  for (const cell of netlist.cells) {
    const construct = refusalOf(cell);
    if (construct !== undefined) throw new UnsupportedConstructError(construct, placeOf(cell, netlist));
  }
}

/** Of an item of a `case` Yosys keeps no line: the place is that of the first cell or signal after it that has one. */
function placeOf(cell: Cell, { cells, signals }: Netlist): string {
  const isPlaced = ({ place }: { readonly place: string }): boolean => !place.endsWith(":0");
  const after = new Set([cell]);
  for (const each of after) {
    const outputs = new Set(each.outputs.flat());
    const has = (bits: readonly Bit[]): boolean => bits.some((bit) => outputs.has(bit));
    const placed = [each, ...signals.filter(({ bits }) => has(bits))].find(isPlaced);
    if (placed !== undefined) return placed.place;
    for (const user of cells) if (user.inputs.some(has)) after.add(user);
  }
  return cell.place;
}

/** Whether a cell's output follows from its inputs at once; a latch lets them through. */
export function isCombinational({ type }: Cell): boolean {
  return combinationalCells.has(type) || latches.has(type) || type.startsWith("$memrd");
}

const OTHERS = /^\$(print$|check$|memwr|meminit)/;

/** What a refused cell was in the source. */
const constructs: Readonly<Record<string, string>> = {
  // Verilog looks at set and reset at their edges, the netlist at their levels: they differ when a reset ends under a set.
  $dffsr: "a register with both an asynchronous set and an asynchronous reset",
  $aldff: "a register with an asynchronous load of a value that is not a constant",
  $tribuf: "a tri-state driver",
};

/** A value that the engine does not know, such as that of `$random`, where something uses it. */
export function refuseMarkedSignals({ signals, cells, ports, place }: Netlist): void {
  const marked = signals.filter(({ name }) => refusedWord(name) !== undefined);
  for (const { name, bits } of marked) {
    const isUsed = (used: readonly Bit[]): boolean => used.some((bit) => bits.includes(bit));
    const user = cells.find((cell) => cell.inputs.some(isUsed));
    const isOutput = ports.some((port) => port.direction === "output" && isUsed(port.bits));
    if (user !== undefined || isOutput)
      throw new UnsupportedConstructError(refusedWord(name) as string, user?.place ?? place);
  }
}
