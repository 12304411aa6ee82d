import type { ModelSource } from "../engine.ts";
import { BuildError, UnsupportedConstructError } from "../errors.ts";
import { matchesAny } from "../signal-pattern.ts";
import { type CellContext, combinationalCells } from "./cells.ts";
import type { Design, Effect, Memory, Register, Update } from "./design.ts";
import { fieldWidths } from "./format-text.ts";
import { Graph, type Node, ones, WIDEST } from "./graph.ts";
import { mergeWrites, type WritePort } from "./merge-writes.ts";
import { type Bit, type Cell, type Netlist, textOf } from "./netlist.ts";
import { orderCells } from "./order-cells.ts";
import { describeCell, flipFlops, latches, needsEvents, refuseHighImpedance } from "./sequential-cells.ts";
import { taskOf } from "./system-tasks.ts";
import { EdgeTriggers, SingleClock, type Triggers } from "./triggers.ts";

/** Where the value of a bit comes from. */
interface Source {
  readonly node: Node;
  readonly index: number;
}

/**
 * Turns the netlist into values and updates; refuses by name what it cannot do right. `files` are the sources by path.
 */
export function elaborateDesign(
  netlist: Netlist,
  source: ModelSource,
  files: ReadonlyMap<string, string>,
): Design {
  return new Elaborator(netlist, source, files).design();
}

/** A register, or 64 bits of one, before its updates are known. */
interface State {
  readonly cell: Cell;
  readonly register: number;
  readonly width: number;
  /** Of its lowest bit in the cell's ports. */
  readonly low: number;
}

class Elaborator implements CellContext {
  readonly graph = new Graph();
  readonly #netlist: Netlist;
  readonly #source: ModelSource;
  readonly #files: ReadonlyMap<string, string>;
  readonly #sources = new Map<number, Source>();
  readonly #registers: Register[] = [];
  readonly #effects: Effect[] = [];
  readonly #memoryIndex: ReadonlyMap<string, number>;
  readonly #clock: Bit;
  readonly #edges: EdgeTriggers | undefined;
  readonly #triggers: Triggers;
  readonly #latchUpdates: Update[] = [];

  constructor(netlist: Netlist, source: ModelSource, files: ReadonlyMap<string, string>) {
    this.#netlist = netlist;
    this.#source = source;
    this.#files = files;
    this.#memoryIndex = new Map([...netlist.memories.keys()].map((name, index) => [name, index]));
    const clock = netlist.ports.find((port) => port.name === source.clock && port.direction === "input");
    if (clock?.bits.length !== 1) {
      throw new BuildError(
        `${source.top} has no input ${source.clock} of one bit for the clock`,
        netlist.place,
      );
    }
    this.#clock = clock.bits[0] as Bit;
    this.#edges = needsEvents(netlist, this.#clock)
      ? new EdgeTriggers(
          this.graph,
          (bit) => this.value([bit]),
          () => this.#newRegister(1),
        )
      : undefined;
    this.#triggers = this.#edges ?? new SingleClock(this.graph);
  }

  design(): Design {
    for (const cell of this.#netlist.cells) refuseHighImpedance(cell);
    const clock = this.#edges === undefined ? undefined : this.#defineClock();
    const inputs = this.#defineInputs();
    const states = this.#netlist.cells
      .filter((cell) => flipFlops.has(cell.type))
      .flatMap((cell) => this.#defineStates(cell));
    for (const cell of orderCells(this.#netlist.cells.filter(isCombinational))) this.#translate(cell);
    const updates: Update[] = [
      ...this.#effectUpdates(),
      ...states.map((state) => this.#registerUpdate(state)),
      ...this.#latchUpdates,
      ...this.#writeUpdates(),
    ];
    const outputs = this.#netlist.ports
      .filter((port) => port.direction === "output")
      .map(({ name, bits }) => ({ name, width: bits.length, limbs: this.#limbs(bits) }));
    const stop = this.#stop(outputs);
    const traces = this.#traces();
    for (const bit of this.#edges?.bits ?? []) this.#refuseBlockingClock(bit);
    return {
      graph: this.graph,
      inputs,
      outputs,
      registers: this.#registers,
      memories: this.#memories(),
      updates: [...updates, ...(this.#edges?.updates() ?? [])],
      traces,
      effects: this.#effects,
      stop,
      events:
        clock === undefined || this.#edges === undefined
          ? undefined
          : { clock, pending: this.#pending(this.#edges), starts: this.#edges.starts() },
    };
  }

  value(bits: readonly Bit[]): Node {
    const pieces: Node[] = [];
    let at = 0;
    while (at < bits.length) {
      const [piece, width] = this.#piece(bits, at);
      pieces.push(piece);
      at += width;
    }
    return this.graph.concat(pieces);
  }

  /** The longest run of bits from one source. */
  #piece(bits: readonly Bit[], from: number): [Node, number] {
    const first = bits[from] as Bit;
    if (typeof first === "string") return [this.graph.const(first === "1" ? 1n : 0n, 1), 1];
    const { node, index } = this.#sourceOf(first);
    let width = 1;
    while (from + width < bits.length) {
      const bit = bits[from + width];
      const next = typeof bit === "number" ? this.#sources.get(bit) : undefined;
      if (next?.node !== node || next.index !== index + width) break;
      width++;
    }
    return [this.graph.slice(node, index, width), width];
  }

  #sourceOf(bit: number): Source {
    const source = this.#sources.get(bit);
    if (source === undefined) {
      throw new BuildError(`${this.#nameOf(bit)} is used but has no driver`, this.#netlist.place);
    }
    return source;
  }

  #nameOf(bit: Bit): string {
    const signal = this.#netlist.signals.find(({ bits }) => bits.includes(bit));
    return signal === undefined ? "a signal" : signal.name;
  }

  /** 64 bits each, the lowest first. */
  #limbs(bits: readonly Bit[]): Node[] {
    return limbStarts(bits.length).map((low) => this.value(bits.slice(low, low + WIDEST)));
  }

  #drive(bits: readonly Bit[], node: Node, place: string): void {
    for (const [index, bit] of bits.entries()) {
      if (typeof bit === "string") continue;
      if (this.#sources.has(bit))
        throw new UnsupportedConstructError(`several drivers of ${this.#nameOf(bit)}`, place);
      this.#sources.set(bit, { node, index });
    }
  }

  #driveLimbs(bits: readonly Bit[], limbs: readonly Node[], place: string): void {
    let low = 0;
    for (const limb of limbs) {
      this.#drive(bits.slice(low, low + limb.width), limb, place);
      low += limb.width;
    }
  }

  #newRegister(width: number, init: Register["init"] = { value: 0n, mask: ones(width) }): number {
    this.#registers.push({ width, init });
    return this.#registers.length - 1;
  }

  /** Where edges are told one by one the clock is a value like any other; the run sets it. */
  #defineClock(): number {
    const register = this.#newRegister(1);
    this.#drive([this.#clock], this.graph.register(register, 1), this.#netlist.place);
    return register;
  }

  #defineInputs(): { name: string; width: number }[] {
    const ports = this.#netlist.ports.filter(
      (port) => port.direction === "input" && port.name !== this.#source.clock,
    );
    return ports.map(({ name, bits }, index) => {
      const limbs = limbStarts(bits.length).map((low, limb) =>
        this.graph.input(index, Math.min(WIDEST, bits.length - low), limb),
      );
      this.#driveLimbs(bits, limbs, this.#netlist.place);
      return { name, width: bits.length };
    });
  }

  // ---- registers and latches

  #defineStates(cell: Cell): State[] {
    const q = cell.port("Q");
    return limbStarts(q.length).map((low) => {
      const bits = q.slice(low, low + WIDEST);
      const register = this.#newRegister(bits.length, this.#initOf(bits));
      this.#drive(bits, this.graph.register(register, bits.length), cell.place);
      return { cell, register, width: bits.length, low };
    });
  }

  #registerUpdate({ cell, register, width, low }: State): Update {
    const translation = flipFlops.get(cell.type) as NonNullable<ReturnType<typeof flipFlops.get>>;
    const held = this.graph.register(register, width);
    const value = translation({
      cell,
      graph: this.graph,
      triggers: this.#triggers,
      held,
      slice: (port) => cell.port(port).slice(low, low + width),
      value: (bits) => this.value(bits),
    });
    return { kind: "register", register, value };
  }

  /** A latch is transparent: its output is a value, and a register keeps it for when the latch is closed. */
  #translateLatch(cell: Cell): void {
    const translation = latches.get(cell.type) as NonNullable<ReturnType<typeof latches.get>>;
    const q = cell.port("Q");
    for (const low of limbStarts(q.length)) {
      const bits = q.slice(low, low + WIDEST);
      const register = this.#newRegister(bits.length, this.#initOf(bits));
      const value = translation({
        cell,
        graph: this.graph,
        triggers: this.#triggers,
        held: this.graph.register(register, bits.length),
        slice: (port) => cell.port(port).slice(low, low + bits.length),
        value: (wanted) => this.value(wanted),
      });
      this.#latchUpdates.push({ kind: "register", register, value });
      this.#drive(bits, value, cell.place);
    }
  }

  /** Something watched has changed, or a latch lets through what it does not hold yet. */
  #pending(edges: EdgeTriggers): Node {
    const { graph } = this;
    const differing = this.#latchUpdates.flatMap((update) =>
      update.kind === "register"
        ? [graph.not(graph.equal(update.value, graph.register(update.register, update.value.width)))]
        : [],
    );
    return differing.reduce((any, next) => graph.or(any, next), edges.pending);
  }

  /**
   * A clock that a blocking assignment makes changes before the registers that the same edge triggers, and the netlist
   * does not tell one assignment from the other.
   */
  #refuseBlockingClock(bit: Bit): void {
    const cell = this.#netlist.cells.find((each) => flipFlops.has(each.type) && each.port("Q").includes(bit));
    if (cell?.extent === undefined) return;
    const block = textOf(cell.extent, this.#files.get(cell.extent.file) ?? "");
    const names = this.#netlist.signals
      .filter(({ bits }) => bits.includes(bit))
      .map(({ name }) => (name.split(".").at(-1) as string).replace(/[^\w$]/g, "\\$&"));
    const assigned = names.find((name) =>
      new RegExp(`(^|[^\\w.])${name}\\s*(\\[[^\\]]*\\]\\s*)?=[^=]`).test(block),
    );
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

  #translate(cell: Cell): void {
    if (latches.has(cell.type)) {
      this.#translateLatch(cell);
    } else if (cell.type.startsWith("$memrd")) {
      this.#driveLimbs(cell.port("DATA"), this.#readPort(cell), cell.place);
    } else {
      const translation = combinationalCells.get(cell.type) as NonNullable<
        ReturnType<typeof combinationalCells.get>
      >;
      this.#driveLimbs(cell.port("Y"), translation(cell, this), cell.place);
    }
  }

  // ---- memories

  #readPort(cell: Cell): Node[] {
    if (cell.flag("CLK_ENABLE"))
      throw new UnsupportedConstructError("a clocked memory read port", cell.place);
    const name = this.#memoryOf(cell);
    const { width, startOffset } = this.#netlist.memories.get(name) as { width: number; startOffset: number };
    const address = this.#rebased(cell.port("ADDR"), startOffset, cell);
    const memory = this.#memoryIndex.get(name) as number;
    return limbStarts(width).map((low, limb) =>
      this.graph.memory(memory, Math.min(WIDEST, width - low), address, limb),
    );
  }

  #memoryOf(cell: Cell): string {
    const name = cell.text("MEMID").replace(/^\\/, "");
    if (!this.#netlist.memories.has(name))
      throw new BuildError(`the memory ${name} is not there`, cell.place);
    return name;
  }

  /** An address counted from the first element. */
  #rebased(bits: readonly Bit[], startOffset: number, cell: Cell): Node {
    if (bits.length > 32)
      throw new UnsupportedConstructError(`an address of ${bits.length} bits`, cell.place);
    const address = this.value(bits);
    return startOffset === 0
      ? address
      : this.graph.sub(this.graph.extend(address, 33), this.graph.const(BigInt(startOffset), 33));
  }

  #writeUpdates(): Update[] {
    const cells = this.#netlist.cells
      .filter((cell) => cell.type.startsWith("$memwr"))
      .sort((a, b) => a.number("PORTID") - b.number("PORTID"));
    const ports = cells.map((cell): WritePort => {
      if (!cell.flag("CLK_ENABLE"))
        throw new UnsupportedConstructError("a memory written by a latch", cell.place);
      const name = this.#memoryOf(cell);
      return {
        memory: this.#memoryIndex.get(name) as number,
        startOffset: this.#netlist.memories.get(name)?.startOffset ?? 0,
        cell,
        clock: cell.port("CLK")[0] as Bit,
        polarity: cell.flag("CLK_POLARITY"),
        address: cell.port("ADDR"),
        data: cell.port("DATA"),
        mask: cell.port("EN"),
      };
    });
    return mergeWrites(ports).flatMap((port) => this.#writeUpdate(port));
  }

  #writeUpdate({ memory, startOffset, cell, clock, polarity, address, data, mask }: WritePort): Update[] {
    const edge = this.#triggers.clockEdge(clock, polarity);
    const place = this.#rebased(address, startOffset, cell);
    return limbStarts(data.length).map((low, limb): Update => {
      const enabled = this.value(mask.slice(low, low + WIDEST));
      const nothing = this.graph.const(0n, enabled.width);
      return {
        kind: "memory",
        memory,
        address: place,
        limb,
        data: this.value(data.slice(low, low + WIDEST)),
        mask: this.graph.mux(edge, enabled, nothing),
      };
    });
  }

  #memories(): Memory[] {
    return [...this.#netlist.memories.values()].map((memory) => ({
      ...memory,
      init: this.#netlist.cells
        .filter((cell) => cell.type.startsWith("$meminit") && this.#memoryOf(cell) === memory.name)
        .map((cell) => {
          const data = cell.port("DATA");
          return {
            index: Number(constantOf(cell.port("ADDR"))) - memory.startOffset,
            elements: Array.from({ length: cell.number("WORDS") }, (_, index) =>
              constantOf(data.slice(index * memory.width, (index + 1) * memory.width)),
            ),
          };
        }),
    }));
  }

  // ---- what the design says

  #effectUpdates(): Update[] {
    const cells = this.#netlist.cells
      .filter((cell) => cell.type === "$print" || cell.type === "$check")
      .sort((a, b) => Number(BigInt.asIntN(32, b.bits("PRIORITY")) - BigInt.asIntN(32, a.bits("PRIORITY"))));
    return cells.flatMap((cell) => this.#effectUpdate(cell));
  }

  #effectUpdate(cell: Cell): Update[] {
    const isCheck = cell.type === "$check";
    const { kind, format } = isCheck
      ? { kind: cell.text("FLAVOR") as Effect["kind"], format: "" }
      : taskOf(cell.text("FORMAT"));
    const trigger = cell.port("TRG");
    const what = isCheck ? kind : "$display";
    if (!["assert", "assume", "cover"].includes(kind) && isCheck)
      throw new UnsupportedConstructError(kind, cell.place);
    if (!cell.flag("TRG_ENABLE"))
      throw new UnsupportedConstructError(`${what} outside a clocked block`, cell.place);
    // Yosys loses the condition of the reset on the way.
    if (trigger.length > 1)
      throw new UnsupportedConstructError(`${what} in a block with an asynchronous reset`, cell.place);
    const isInitial = trigger.length === 0;
    const args = cell.port("ARGS");
    if (isInitial && args.some((bit) => typeof bit === "number"))
      throw new UnsupportedConstructError(`${what} of a signal in an initial block`, cell.place);
    const effect = this.#effects.length;
    const widths = isCheck ? [] : fieldWidths(cell.text("FORMAT"));
    this.#effects.push({ kind, format, widths, place: cell.place, isInitial, constant: constantOf(args) });
    if (isInitial) return [];
    const { graph } = this;
    const edge = this.#triggers.clockEdge(trigger[0] as Bit, cell.flag("TRG_POLARITY"));
    const enabled = graph.and(edge, this.value(cell.port("EN")));
    const enable = isCheck
      ? graph.and(
          enabled,
          kind === "cover" ? this.value(cell.port("A")) : graph.not(this.value(cell.port("A"))),
        )
      : enabled;
    return [{ kind: "effect", effect, enable, limbs: this.#limbs(args) }];
  }

  // ---- what is looked at from outside

  #traces(): Design["traces"] {
    const patterns = [...(this.#source.trace ?? []), ...(this.#source.waves ?? [])];
    if (patterns.length === 0) return [];
    return this.#netlist.signals
      .filter(({ name, bits }) => matchesAny(patterns, name) && this.#isReadable(bits))
      .map(({ name, bits }) => ({ name, width: bits.length, limbs: this.#limbs(bits) }));
  }

  /** A wire that nobody drives or reads has no value, nor has a clock that is all there is. */
  #isReadable(bits: readonly Bit[]): boolean {
    return bits.every((bit) => typeof bit === "string" || this.#sources.has(bit));
  }

  #stop(outputs: Design["outputs"]): Node | undefined {
    const name = this.#source.stop;
    if (name === undefined) return undefined;
    const port = outputs.find((output) => output.name === name);
    if (port === undefined)
      throw new BuildError(`${this.#source.top} has no output ${name}`, this.#netlist.place);
    const { graph } = this;
    return port.limbs
      .map((limb) => graph.not(graph.equal(limb, graph.const(0n, limb.width))))
      .reduce((any, next) => graph.or(any, next));
  }
}

function isCombinational(cell: Cell): boolean {
  if (combinationalCells.has(cell.type) || latches.has(cell.type) || cell.type.startsWith("$memrd"))
    return true;
  const isOther =
    flipFlops.has(cell.type) ||
    ["$print", "$check"].includes(cell.type) ||
    cell.type.startsWith("$memwr") ||
    cell.type.startsWith("$meminit");
  if (isOther) return false;
  throw new UnsupportedConstructError(describeCell(cell.type), cell.place);
}

/** The lowest bit of each 64. */
function limbStarts(width: number): number[] {
  return Array.from({ length: Math.ceil(width / WIDEST) }, (_, limb) => limb * WIDEST);
}

function constantOf(bits: readonly Bit[]): bigint {
  return bits.reduce<bigint>((sum, bit, index) => sum | (bit === "1" ? 1n << BigInt(index) : 0n), 0n);
}
