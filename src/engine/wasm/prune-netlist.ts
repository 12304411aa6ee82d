import { UnsupportedConstructError } from "../errors.ts";
import { type Driver, Drivers } from "./drivers.ts";
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
  const drivers = new Drivers(netlist);
  const used = findUsed(netlist, drivers);
  refuseSeveral(netlist, drivers, used, names);
  const dropped = findFaulty(netlist, drivers, used);
  const cells = dropped.size === 0 ? netlist.cells : netlist.cells.filter((cell) => !dropped.has(cell));
  return { ...netlist, cells, undriven: findUndriven({ ...netlist, cells }, drivers, dropped, used, names) };
}

interface Used {
  readonly cells: ReadonlySet<Cell>;
  /** By the number of a bit. */
  readonly bits: readonly (true | undefined)[];
}

/** What outputs, memories and messages depend on. */
function findUsed(netlist: Netlist, drivers: Drivers): Used {
  const used: (true | undefined)[] = new Array(netlist.bitCount);
  const open: number[] = [];
  const cells = new Set<Cell>();
  const read = (bits: readonly Bit[]): void => {
    for (const bit of bits) {
      if (typeof bit !== "number" || used[bit] === true) continue;
      used[bit] = true;
      open.push(bit);
    }
  };
  const use = (cell: Driver): void => {
    if (cell === "input" || cells.has(cell)) return;
    cells.add(cell);
    for (const bits of cell.inputs) read(bits);
  };
  for (const { direction, bits } of netlist.ports) if (direction === "output") read(bits);
  for (const cell of netlist.cells) if (cell.outputs.every((bits) => bits.length === 0)) use(cell);
  for (let bit = open.pop(); bit !== undefined; bit = open.pop()) {
    if (drivers.hasSeveral(bit)) for (const driver of drivers.of(bit)) use(driver);
    else use(drivers.firstOf(bit) ?? "input");
  }
  return { cells, bits: used };
}

/** What reads such a part Yosys assigns, too, when the part is in a concatenation on the left. */
const isMoving = (driver: Driver): boolean => driver !== "input" && /^\$shiftx?$/.test(driver.type);

function refuseSeveral(netlist: Netlist, drivers: Drivers, used: Used, names: SignalNames): void {
  const movingBit = drivers.several.find((bit) => drivers.of(bit).some(isMoving));
  const moving = drivers.ofConstants.find(isMoving) ?? drivers.of(movingBit ?? "x").find(isMoving);
  if (moving !== undefined && moving !== "input")
    throw new UnsupportedConstructError(
      "several drivers of a part whose index is not a constant, as in a concatenation that is assigned",
      moving.place,
    );
  const [constant] = drivers.ofConstants;
  if (constant !== undefined)
    throw new UnsupportedConstructError(
      "several drivers of a signal, one of them a constant",
      constant.place,
    );
  const bits = drivers.several.filter((bit) => used.bits[bit] === true);
  const [part] = names.partsOf(new Set(bits));
  if (part === undefined) return;
  const places = drivers
    .of(part.bits[0] as number)
    .map((driver) => (driver === "input" ? `an input of ${netlist.place}` : driver.place));
  throw new UnsupportedConstructError(
    `several drivers of ${part.name} (at ${[...new Set(places)].join(" and ")})`,
    part.place ?? netlist.place,
  );
}

/** Dead cells that cannot be elaborated, and those that depend on them. */
function findFaulty(netlist: Netlist, drivers: Drivers, used: Used): Set<Cell> {
  const dead = netlist.cells.filter((cell) => !used.cells.has(cell));
  if (dead.length === 0) return new Set();
  const haveSeveral = (bits: readonly Bit[]): boolean => bits.some((bit) => drivers.hasSeveral(bit));
  const isFaulty = (cell: Cell): boolean =>
    refusalOf(cell) !== undefined || cell.inputs.some(haveSeveral) || cell.outputs.some(haveSeveral);
  const looping = loopingCells(dead.filter(isCombinational), netlist.bitCount);
  const faulty = new Set<Cell>([...dead.filter(isFaulty), ...looping]);
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
  const isDropped = (driver: Driver): boolean => driver !== "input" && dropped.has(driver);
  const bits = new Set<number>();
  const read = (wanted: readonly Bit[]): void => {
    for (const bit of wanted) {
      if (typeof bit !== "number") continue;
      const driver = drivers.firstOf(bit);
      if (driver === undefined || (isDropped(driver) && drivers.of(bit).every(isDropped))) bits.add(bit);
    }
  };
  for (const cell of netlist.cells) for (const wanted of cell.inputs) read(wanted);
  for (const { bits: wanted } of netlist.ports) read(wanted);
  const isUsed = (bit: number): boolean => used.bits[bit] === true;
  return [true, false].flatMap((wanted) =>
    names
      .partsOf(new Set([...bits].filter((bit) => isUsed(bit) === wanted)))
      .map((part) => ({ ...part, isUsed: wanted })),
  );
}
