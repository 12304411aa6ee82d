import { UnsupportedConstructError } from "../errors.ts";
import { blockingAssignments } from "./blocking-assignments.ts";
import type { Register, Update } from "./design.ts";
import type { Bit, Cell, Netlist } from "./netlist.ts";
import { type Node, ones, WIDEST } from "./node.ts";
import { flipFlops, latches } from "./sequential-cells.ts";
import { limbStarts, type SignalValues } from "./signal-values.ts";
import type { EdgeTriggers, Triggers } from "./triggers.ts";

/** A register, or 64 bits of one, before its updates are known. */
interface State {
  readonly cell: Cell;
  readonly register: number;
  readonly width: number;
  /** Of its lowest bit in the cell's ports. */
  readonly low: number;
}

/** The registers and latches of a design. */
export class RegisterElaboration {
  readonly registers: Register[] = [];
  readonly latchUpdates: Update[] = [];
  readonly #netlist: Netlist;
  readonly #values: SignalValues;
  readonly #files: ReadonlyMap<string, string>;

  constructor(netlist: Netlist, values: SignalValues, files: ReadonlyMap<string, string>) {
    this.#netlist = netlist;
    this.#values = values;
    this.#files = files;
  }

  newRegister(width: number, init: Register["init"] = { value: 0n, mask: ones(width) }): number {
    this.registers.push({ width, init });
    return this.registers.length - 1;
  }

  defineStates(cell: Cell): State[] {
    const q = cell.port("Q");
    return limbStarts(q.length).map((low) => {
      const bits = q.slice(low, low + WIDEST);
      const register = this.newRegister(bits.length, this.#initOf(bits));
      this.#values.drive(bits, this.#values.graph.register(register, bits.length));
      return { cell, register, width: bits.length, low };
    });
  }

  /** What nothing drives holds what it starts with: from the seed, unless the source says. */
  defineUndriven(bits: readonly Bit[]): void {
    for (const low of limbStarts(bits.length)) {
      const part = bits.slice(low, low + WIDEST);
      const register = this.newRegister(part.length, this.#initOf(part));
      this.#values.drive(part, this.#values.graph.register(register, part.length));
    }
  }

  registerUpdate({ cell, register, width, low }: State, triggers: Triggers): Update {
    const translation = flipFlops.get(cell.type) as NonNullable<ReturnType<typeof flipFlops.get>>;
    const held = this.#values.graph.register(register, width);
    const value = translation({
      cell,
      graph: this.#values.graph,
      triggers,
      held,
      slice: (port) => cell.port(port).slice(low, low + width),
      value: (bits) => this.#values.value(bits),
    });
    return { kind: "register", register, value };
  }

  /** A latch is transparent: its output is a value, and a register keeps it for when the latch is closed. */
  translateLatch(cell: Cell, triggers: Triggers): void {
    const translation = latches.get(cell.type) as NonNullable<ReturnType<typeof latches.get>>;
    const q = cell.port("Q");
    for (const low of limbStarts(q.length)) {
      const bits = q.slice(low, low + WIDEST);
      const register = this.newRegister(bits.length, this.#initOf(bits));
      const value = translation({
        cell,
        graph: this.#values.graph,
        triggers,
        held: this.#values.graph.register(register, bits.length),
        slice: (port) => cell.port(port).slice(low, low + bits.length),
        value: (wanted) => this.#values.value(wanted),
      });
      this.latchUpdates.push({ kind: "register", register, value });
      this.#values.drive(bits, value);
    }
  }

  /** Something watched has changed, or a latch lets through what it does not hold yet. */
  pending(edges: EdgeTriggers): Node {
    const { graph } = this.#values;
    const differing = this.latchUpdates.flatMap((update) =>
      update.kind === "register"
        ? [graph.not(graph.equal(update.value, graph.register(update.register, update.value.width)))]
        : [],
    );
    return differing.reduce((any, next) => graph.or(any, next), edges.pending);
  }

  /**
   * A clock that a blocking assignment makes changes before the registers that the same edge triggers, and the netlist
   * does not distinguish the two kinds of assignment.
   */
  refuseBlockingClock(bit: Bit): void {
    const cell = this.#netlist.cells.find((each) => flipFlops.has(each.type) && each.port("Q").includes(bit));
    if (cell?.extent === undefined) return;
    const { file, from } = cell.extent;
    const blocking = blockingAssignments(this.#files.get(file) ?? "", from[0]);
    const assigned = this.#netlist.signals
      .filter(({ bits }) => bits.includes(bit))
      .map(({ name }) => name.split(".").at(-1) as string)
      .find((name) => blocking.has(name));
    if (assigned === undefined) return;
    throw new UnsupportedConstructError(
      `the clock ${assigned}, made by a blocking assignment (use <=)`,
      cell.place,
    );
  }

  #initOf(bits: readonly Bit[]): { value: bigint; mask: bigint } {
    const known = this.#initBits();
    let value = 0n;
    let mask = 0n;
    for (const [index, bit] of bits.entries()) {
      const init = known.get(bit);
      if (init === undefined) continue;
      mask |= 1n << BigInt(index);
      if (init === "1") value |= 1n << BigInt(index);
    }
    return { value, mask };
  }

  #knownInits: Map<Bit, string> | undefined;

  #initBits(): Map<Bit, string> {
    if (this.#knownInits !== undefined) return this.#knownInits;
    const known = new Map<Bit, string>();
    for (const { bits, init } of this.#netlist.signals) {
      if (init === undefined) continue;
      for (const [index, bit] of bits.entries()) {
        const digit = init.at(-1 - index);
        if (digit === "0" || digit === "1") known.set(bit, digit);
      }
    }
    this.#knownInits = known;
    return known;
  }
}
