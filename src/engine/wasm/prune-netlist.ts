import { UnsupportedConstructError } from "../errors.ts";
import type { Bit, Cell, Netlist } from "./netlist.ts";
import { append, loopingCells } from "./order-cells.ts";
import { isCombinational, refusalOf } from "./refusal.ts";
import { SignalNames, type SignalPart } from "./signal-names.ts";

/** A netlist in which everything that is left can be elaborated, or is refused because something uses it. */
export interface PrunedNetlist extends Netlist {
  /** What some cell or output reads and nothing drives. */
  readonly undriven: readonly (SignalPart & {
    /** Whether an output, a memory or a message depends on it. */
    readonly isUsed: boolean;
  })[];
}

/**
 * Drops what the engine could not take and nothing needs, so that dead logic is not a reason for a refusal: the loop
 * variable that two clocked blocks share, a tri-state buffer whose output goes nowhere. Other dead cells stay: waves may show them. Refuses a signal
 * with several drivers that something reads, with the place of each.
 */
export function pruneNetlist(netlist: Netlist): PrunedNetlist {
  for (const { name, direction, bits, place } of netlist.ports) {
    if (direction === "output" && bits.includes("z"))
      throw new UnsupportedConstructError(`the value z, which the output ${name} has`, place);
  }
  const names = new SignalNames(netlist);
  const drivers = findDrivers(netlist);
  const used = findUsed(netlist, drivers);
  refuseSeveral(netlist, drivers, used, names);
  const dropped = findFaulty(netlist, drivers, used);
  const cells = netlist.cells.filter((cell) => !dropped.has(cell));
  return { ...netlist, cells, undriven: findUndriven({ ...netlist, cells }, drivers, dropped, used, names) };
}

/** What drives a bit: cells, or the place of an input of the top. */
type Drivers = ReadonlyMap<Bit, readonly (Cell | "input")[]>;

interface Used {
  readonly cells: ReadonlySet<Cell>;
  readonly bits: ReadonlySet<Bit>;
}

function findDrivers(netlist: Netlist): Drivers {
  const drivers = new Map<Bit, (Cell | "input")[]>();
  const add = (bit: Bit, driver: Cell | "input"): void => {
    if (drivers.get(bit)?.includes(driver) !== true) append(drivers, bit, driver);
  };
  for (const port of netlist.ports)
    if (port.direction === "input") for (const bit of port.bits) add(bit, "input");
  for (const cell of netlist.cells) for (const bit of cell.outputs.flat()) add(bit, cell);
  return drivers;
}

/** What outputs, memories and messages depend on. */
function findUsed(netlist: Netlist, drivers: Drivers): Used {
  const bits = new Set<Bit>(
    netlist.ports.filter((port) => port.direction === "output").flatMap((port) => port.bits),
  );
  const cells = new Set<Cell>();
  const use = (cell: Cell): void => {
    if (cells.has(cell)) return;
    cells.add(cell);
    for (const bit of cell.inputs.flat()) bits.add(bit);
  };
  for (const cell of netlist.cells) if (cell.outputs.flat().length === 0) use(cell);
  // A set hands out what is added while it is gone through.
  for (const bit of bits) for (const driver of drivers.get(bit) ?? []) if (driver !== "input") use(driver);
  return { cells, bits };
}

function refuseSeveral(netlist: Netlist, drivers: Drivers, used: Used, names: SignalNames): void {
  for (const cell of netlist.cells) {
    if (cell.outputs.flat().some((bit) => typeof bit === "string" && bit !== "z"))
      throw new UnsupportedConstructError("several drivers of a signal, one of them a constant", cell.place);
  }
  const several = (bit: Bit): boolean => (drivers.get(bit) as readonly unknown[]).length > 1;
  const bits = [...used.bits].filter((bit) => typeof bit === "number" && drivers.has(bit) && several(bit));
  const [part] = names.partsOf(new Set(bits as number[]));
  if (part === undefined) return;
  const sources = drivers.get(part.bits[0] as number) as readonly (Cell | "input")[];
  const places = sources.map((driver) =>
    driver === "input" ? `an input of ${netlist.place}` : driver.place,
  );
  throw new UnsupportedConstructError(
    `several drivers of ${part.name} (at ${[...new Set(places)].join(" and ")})`,
    part.place ?? netlist.place,
  );
}

/** Dead cells that cannot be elaborated, and those that depend on them. */
function findFaulty(netlist: Netlist, drivers: Drivers, used: Used): Set<Cell> {
  const dead = netlist.cells.filter((cell) => !used.cells.has(cell));
  if (dead.length === 0) return new Set();
  const hasSeveral = (bit: Bit): boolean => (drivers.get(bit)?.length ?? 0) > 1;
  const isFaulty = (cell: Cell): boolean =>
    refusalOf(cell) !== undefined || [...cell.inputs, ...cell.outputs].flat().some(hasSeveral);
  const faulty = new Set<Cell>([...dead.filter(isFaulty), ...loopingCells(dead.filter(isCombinational))]);
  if (faulty.size === 0) return faulty;
  const readers = new Map<Bit, Cell[]>();
  for (const cell of dead) for (const bit of cell.inputs.flat()) append(readers, bit, cell);
  // A set hands out what is added while it is gone through.
  for (const cell of faulty) {
    for (const reader of cell.outputs.flat().flatMap((bit) => readers.get(bit) ?? [])) faulty.add(reader);
  }
  return faulty;
}

function findUndriven(
  netlist: Netlist,
  drivers: Drivers,
  dropped: ReadonlySet<Cell>,
  used: Used,
  names: SignalNames,
): PrunedNetlist["undriven"] {
  const hasDriver = (bit: Bit): boolean =>
    (drivers.get(bit) ?? []).some((driver) => driver === "input" || !dropped.has(driver));
  const read = [...netlist.cells.flatMap((cell) => cell.inputs), ...netlist.ports.map((port) => port.bits)];
  const bits = new Set(
    read.flat().filter((bit): bit is number => typeof bit === "number" && !hasDriver(bit)),
  );
  const isUsed = (bit: number): boolean => used.bits.has(bit);
  return [true, false].flatMap((wanted) =>
    names
      .partsOf(new Set([...bits].filter((bit) => isUsed(bit) === wanted)))
      .map((part) => ({ ...part, isUsed: wanted })),
  );
}
