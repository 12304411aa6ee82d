import type { ModelSource } from "../engine.ts";
import { BuildError, UnsupportedConstructError } from "../errors.ts";
import { type CellContext, combinationalCells } from "./cells.ts";
import type { Design, Memory, Register, Update } from "./design.ts";
import { Graph, type Node, ones, WIDEST } from "./graph.ts";
import { mergeWrites, type WritePort } from "./merge-writes.ts";
import type { Bit, Cell, Netlist, PortDescription } from "./netlist.ts";
import { orderCells } from "./order-cells.ts";
import { matchesAny } from "./signal-pattern.ts";

/** Where the value of a bit comes from. */
interface Source {
  readonly node: Node;
  readonly index: number;
}

/** Turns the netlist into values and updates; refuses by name what it cannot do right. */
export function elaborateDesign(netlist: Netlist, source: ModelSource): Design {
  return new Elaborator(netlist, source).design();
}

class Elaborator implements CellContext {
  readonly graph = new Graph();
  readonly #netlist: Netlist;
  readonly #source: ModelSource;
  readonly #sources = new Map<number, Source>();
  readonly #registers: Register[] = [];
  readonly #memoryIndex: ReadonlyMap<string, number>;
  readonly #clock: Bit;

  constructor(netlist: Netlist, source: ModelSource) {
    this.#netlist = netlist;
    this.#source = source;
    this.#memoryIndex = new Map([...netlist.memories.keys()].map((name, index) => [name, index]));
    const clock = netlist.ports.find((port) => port.name === source.clock && port.direction === "input");
    if (clock?.bits.length !== 1) {
      throw new BuildError(
        `${source.top} has no input ${source.clock} of one bit for the clock`,
        netlist.place,
      );
    }
    this.#clock = clock.bits[0] as Bit;
  }

  design(): Design {
    for (const cell of this.#netlist.cells) refuseHighImpedance(cell);
    const inputs = this.#defineInputs();
    const flipFlops = this.#netlist.cells.filter((cell) => cell.type === "$dff");
    const registers = flipFlops.flatMap((cell) => this.#defineRegisters(cell));
    for (const cell of orderCells(this.#netlist.cells.filter(isCombinational))) this.#translate(cell);
    const writes = this.#writePorts();
    const updates: Update[] = [
      ...registers.map(({ register, next }): Update => {
        return { kind: "register", register, value: this.value(next) };
      }),
      ...writes.map(({ memory, address, data, mask }): Update => {
        return {
          kind: "memory",
          memory,
          address: this.value(address),
          data: this.value(data),
          mask: this.value(mask),
        };
      }),
    ];
    const outputs = this.#netlist.ports
      .filter((port) => port.direction === "output")
      .map((port) => ({ ...sizeOf(port, this.#netlist.place), value: this.value(port.bits) }));
    return {
      graph: this.graph,
      inputs,
      outputs,
      registers: this.#registers,
      memories: this.#memories(),
      updates,
      traces: this.#traces(),
      stop: this.#stop(outputs),
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
    if (bit === this.#clock) {
      throw new UnsupportedConstructError(
        `the clock ${this.#source.clock} used as data, as a second edge or behind logic`,
        this.#netlist.place,
      );
    }
    const source = this.#sources.get(bit);
    if (source === undefined) {
      throw new BuildError(`${this.#nameOf(bit)} is used but has no driver`, this.#netlist.place);
    }
    return source;
  }

  #nameOf(bit: number): string {
    const signal = this.#netlist.signals.find(({ bits }) => bits.includes(bit));
    return signal === undefined ? "a signal" : signal.name;
  }

  #drive(bits: readonly Bit[], node: Node, place: string): void {
    for (const [index, bit] of bits.entries()) {
      if (typeof bit === "string") continue;
      if (this.#sources.has(bit))
        throw new UnsupportedConstructError(`several drivers of ${this.#nameOf(bit)}`, place);
      this.#sources.set(bit, { node, index });
    }
  }

  #defineInputs(): { name: string; width: number }[] {
    const ports = this.#netlist.ports.filter(
      (port) => port.direction === "input" && port.name !== this.#source.clock,
    );
    return ports.map((port, index) => {
      const size = sizeOf(port, this.#netlist.place);
      this.#drive(port.bits, this.graph.input(index, size.width), this.#netlist.place);
      return size;
    });
  }

  #defineRegisters(cell: Cell): { register: number; next: readonly Bit[] }[] {
    this.#checkClock(cell, "CLK");
    const q = cell.port("Q");
    const parts: { register: number; next: readonly Bit[] }[] = [];
    for (let at = 0; at < q.length; at += WIDEST) {
      const bits = q.slice(at, at + WIDEST);
      const register = this.#registers.length;
      this.#registers.push({ width: bits.length, init: this.#initOf(bits) });
      this.#drive(bits, this.graph.register(register, bits.length), cell.place);
      parts.push({ register, next: cell.port("D").slice(at, at + WIDEST) });
    }
    return parts;
  }

  #checkClock(cell: Cell, port: string): void {
    const [bit] = cell.port(port);
    if (bit === this.#clock && cell.flag("CLK_POLARITY")) return;
    const what = bit === this.#clock ? "the falling edge" : `the clock ${this.#nameOf(bit as number)}`;
    throw new UnsupportedConstructError(
      `${what} beside the rising edge of ${this.#source.clock}`,
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
    if (cell.type.startsWith("$memrd")) {
      this.#drive(cell.port("DATA"), this.#readPort(cell), cell.place);
      return;
    }
    const pieces = (
      combinationalCells.get(cell.type) as NonNullable<ReturnType<typeof combinationalCells.get>>
    )(cell, this);
    let at = 0;
    for (const piece of pieces) {
      this.#drive(cell.port("Y").slice(at, at + piece.width), piece, cell.place);
      at += piece.width;
    }
  }

  #readPort(cell: Cell): Node {
    if (cell.flag("CLK_ENABLE"))
      throw new UnsupportedConstructError("a clocked memory read port", cell.place);
    const memory = this.#memoryOf(cell);
    const { width, startOffset } = this.#netlist.memories.get(memory) as {
      width: number;
      startOffset: number;
    };
    const address = this.#rebased(cell.port("ADDR"), startOffset, cell);
    return this.graph.memory(this.#memoryIndex.get(memory) as number, width, address);
  }

  #memoryOf(cell: Cell): string {
    const name = cell.text("MEMID").replace(/^\\/, "");
    const memory = this.#netlist.memories.get(name);
    if (memory === undefined) throw new BuildError(`the memory ${name} is not there`, cell.place);
    if (memory.width > WIDEST) {
      throw new UnsupportedConstructError(
        `the memory ${name} of ${memory.width} bits (at most ${WIDEST})`,
        memory.place,
      );
    }
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

  #writePorts(): WritePort[] {
    const cells = this.#netlist.cells
      .filter((cell) => cell.type.startsWith("$memwr"))
      .sort((a, b) => a.number("PORTID") - b.number("PORTID"));
    const ports = cells.map((cell): WritePort => {
      if (!cell.flag("CLK_ENABLE"))
        throw new UnsupportedConstructError("a memory written by a latch", cell.place);
      this.#checkClock(cell, "CLK");
      const name = this.#memoryOf(cell);
      if (this.#netlist.memories.get(name)?.startOffset !== 0) {
        throw new UnsupportedConstructError(`writes to ${name}, whose first index is not 0,`, cell.place);
      }
      return {
        memory: this.#memoryIndex.get(name) as number,
        address: cell.port("ADDR"),
        data: cell.port("DATA"),
        mask: cell.port("EN"),
      };
    });
    return mergeWrites(ports);
  }

  #memories(): Memory[] {
    return [...this.#netlist.memories.values()].map((memory) => ({
      ...memory,
      init: this.#netlist.cells
        .filter((cell) => cell.type.startsWith("$meminit") && this.#memoryOf(cell) === memory.name)
        .map((cell) => {
          const data = cell.port("DATA").map((bit) => (bit === "1" ? "1" : "0"));
          return {
            index: Number(constantOf(cell.port("ADDR"))) - memory.startOffset,
            elements: Array.from({ length: cell.number("WORDS") }, (_, index) =>
              BigInt(
                `0b${data
                  .slice(index * memory.width, (index + 1) * memory.width)
                  .reverse()
                  .join("")}`,
              ),
            ),
          };
        }),
    }));
  }

  #traces(): Design["traces"] {
    const patterns = this.#source.trace ?? [];
    if (patterns.length === 0) return [];
    return this.#netlist.signals
      .filter(({ name, bits }) => matchesAny(patterns, name) && this.#isReadable(bits))
      .map(({ name, bits }) => ({
        name,
        width: bits.length,
        limbs: Array.from({ length: Math.ceil(bits.length / WIDEST) }, (_, index) =>
          this.value(bits.slice(index * WIDEST, (index + 1) * WIDEST)),
        ),
      }));
  }

  /** The clock is not a value, and a wire that nobody drives or reads has none. */
  #isReadable(bits: readonly Bit[]): boolean {
    return bits.every((bit) => typeof bit === "string" || this.#sources.has(bit));
  }

  #stop(outputs: Design["outputs"]): Node | undefined {
    const name = this.#source.stop;
    if (name === undefined) return undefined;
    const port = outputs.find((output) => output.name === name);
    if (port === undefined)
      throw new BuildError(`${this.#source.top} has no output ${name}`, this.#netlist.place);
    return this.graph.not(this.graph.equal(port.value, this.graph.const(0n, port.width)));
  }
}

function refuseHighImpedance(cell: Cell): void {
  if (cell.inputs.some((bits) => bits.includes("z"))) {
    throw new UnsupportedConstructError("a tri-state driver or the value z", cell.place);
  }
}

function isCombinational(cell: Cell): boolean {
  if (combinationalCells.has(cell.type) || cell.type.startsWith("$memrd")) return true;
  if (cell.type === "$dff" || cell.type.startsWith("$memwr") || cell.type.startsWith("$meminit"))
    return false;
  throw new UnsupportedConstructError(describeCell(cell.type), cell.place);
}

/** What a refused cell was in the source. */
const constructs: Readonly<Record<string, string>> = {
  $adff: "a register with an asynchronous reset",
  $aldff: "a register with an asynchronous load",
  $dffsr: "a register with asynchronous set and reset",
  $dlatch: "a latch",
  $adlatch: "a latch with reset",
  $dlatchsr: "a latch with set and reset",
  $sr: "a set-reset latch",
  $tribuf: "a tri-state driver",
  $print: "$display",
  $check: "assert, assume or cover",
  $assert: "assert",
  $assume: "assume",
  $cover: "cover",
  $pow: "a power whose operands are not constant",
};

function describeCell(type: string): string {
  const construct = constructs[type];
  return construct === undefined ? `the cell ${type}` : `${construct} (cell ${type})`;
}

function sizeOf(port: PortDescription, place: string): { name: string; width: number } {
  const width = port.bits.length;
  if (width > WIDEST) {
    throw new UnsupportedConstructError(`the port ${port.name} of ${width} bits (at most ${WIDEST})`, place);
  }
  return { name: port.name, width };
}

function constantOf(bits: readonly Bit[]): bigint {
  const value = bits.reduce((sum, bit, index) => sum | (bit === "1" ? 1n << BigInt(index) : 0n), 0n);
  return value & ones(bits.length);
}
