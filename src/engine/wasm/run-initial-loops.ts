import type { MemoryRun } from "./design.ts";
import { inOrder, instanceOf } from "./effect-elaboration.ts";
import { type InitialMark, MARK } from "./initial-loops.ts";
import { type Expression, NotTakenError, type Statement } from "./loop-syntax.ts";
import { constantValue, type Scope, type Variable } from "./loop-values.ts";
import type { Bit, Cell, Extent, MemoryDescription, NamedSignal, Netlist } from "./netlist.ts";
import { append } from "./order-cells.ts";
import { constantOf } from "./signal-values.ts";

/** More than any memory has elements; a loop without an end is Yosys' to report. */
const MOST_STEPS = 1 << 26;

/**
 * Runs what `takeInitialLoops` took, once for each mark in the netlist, which then has what memories and registers hold at
 * first, and no marks. Throws `NotTakenError` for a loop that Yosys has to elaborate after all.
 */
export function runInitialLoops(netlist: Netlist, marks: readonly InitialMark[]): Netlist {
  const cells = inOrder(netlist.cells.filter((cell) => cell.type === "$print" && markOf(cell) !== undefined));
  if (cells.length === 0) return netlist;
  const run = new LoopRun(netlist);
  for (const cell of cells) run.perform(cell, marks[markOf(cell) as number] as InitialMark);
  const dropped = new Set<Cell>([...cells, ...run.reads]);
  // Only within a file a place says what happens first.
  for (const cell of netlist.cells) {
    const fills = cell.type.startsWith("$meminit") ? (run.fills.get(memoryIdOf(cell)) ?? []) : [];
    const { extent } = cell;
    if (extent !== undefined && extent.from[0] > 0 && fills.some((fill) => fill.extent?.file !== extent.file))
      throw new NotTakenError("a memory that is written in several files");
  }
  return {
    ...netlist,
    cells: netlist.cells.filter((cell) => !dropped.has(cell)),
    memories: new Map(
      [...netlist.memories].map(([name, memory]) => [
        name,
        { ...memory, fills: run.fills.get(name) ?? [], data: run.data.get(name) ?? [] },
      ]),
    ),
    signals: netlist.signals.map((signal) => withInit(signal, run.inits)),
  };
}

function memoryIdOf(cell: Cell): string {
  return cell.text("MEMID").replace(/^\\/, "");
}

function markOf(cell: Cell): number | undefined {
  const format = cell.text("FORMAT");
  return format.startsWith(MARK) ? Number.parseInt(format.slice(MARK.length), 10) : undefined;
}

function withInit(signal: NamedSignal, inits: ReadonlyMap<Bit, string>): NamedSignal {
  if (!signal.bits.some((bit) => inits.has(bit))) return signal;
  const digits = signal.bits.map((bit, index) => inits.get(bit) ?? signal.init?.at(-1 - index) ?? "x");
  return { ...signal, init: digits.reverse().join("") };
}

/** An argument of a mark. */
interface Field {
  readonly bits: readonly Bit[];
  readonly isSigned: boolean;
}

function fieldsOf(cell: Cell): Field[] {
  const args = cell.port("ARGS");
  let at = 0;
  return [...cell.text("FORMAT").matchAll(/\{(\d+):[^}]*?([su])\}/g)].map(([, width, sign]) => {
    const bits = args.slice(at, at + Number(width));
    at += bits.length;
    return { bits, isSigned: sign === "s" };
  });
}

type Fills = Map<string, { readonly extent: Cell["extent"]; readonly runs: MemoryRun[] }[]>;
type Action = () => void;

class LoopRun {
  readonly fills: Fills = new Map();
  /** Where data are read. */
  readonly data = new Map<string, Extent[]>();
  readonly inits = new Map<Bit, string>();
  /** What the marks read of memories. */
  readonly reads = new Set<Cell>();
  readonly #netlist: Netlist;
  readonly #reads = new Map<Bit, Cell>();
  /** Of the initial block that is looked at. */
  #memories = new Map<string, MemoryDescription>();
  #steps = 0;

  constructor(netlist: Netlist) {
    this.#netlist = netlist;
    for (const cell of netlist.cells)
      if (cell.type.startsWith("$memrd")) for (const bit of cell.port("DATA")) this.#reads.set(bit, cell);
  }

  perform(cell: Cell, mark: InitialMark): void {
    if (mark.kind === "memories") {
      this.#bindMemories(cell, mark.names);
      return;
    }
    const [enable] = cell.port("EN");
    if (typeof enable === "number") throw new NotTakenError("a condition that is not constant");
    if (enable !== "1") return;
    if (mark.kind === "loop") this.#runLoop(cell, mark);
    else if (cell.extent !== undefined && this.#memories.has(mark.memory))
      append(this.data, (this.#memories.get(mark.memory) as MemoryDescription).name, cell.extent);
  }

  #bindMemories(cell: Cell, names: readonly string[]): void {
    this.#memories = new Map();
    for (const [index, { bits }] of fieldsOf(cell).entries()) {
      const read = this.#reads.get(bits[0] as Bit);
      // Some that are small, or written without a clock, Yosys makes registers of.
      if (read === undefined) continue;
      this.reads.add(read);
      const memory = this.#netlist.memories.get(memoryIdOf(read));
      if (memory?.width === bits.length) this.#memories.set(names[index] as string, memory);
    }
  }

  #runLoop(cell: Cell, { statement, names }: InitialMark & { kind: "loop" }): void {
    const fields = fieldsOf(cell);
    if (fields.length !== names.length) throw new NotTakenError("a value that is not a number");
    const bound = new Map<string, Bound>();
    for (const [name, memory] of this.#memories) bound.set(name, { kind: "memory", memory, runs: [] });
    for (const [index, field] of fields.entries()) {
      const name = names[index] as string;
      bound.set(name, this.#variableOf(name, field, cell));
    }
    new Program(bound, () => this.#step()).actionOf(statement)();
    for (const each of bound.values()) {
      if (each.kind === "variable") this.#keep(each);
      else if (each.runs.length > 0)
        append(this.fills, each.memory.name, { extent: cell.extent, runs: each.runs });
    }
  }

  #step(): void {
    if (++this.#steps > MOST_STEPS) throw new NotTakenError("too many steps");
  }

  #variableOf(name: string, { bits, isSigned }: Field, cell: Cell): BoundVariable {
    const { length: width } = bits;
    const isConstant = bits.every((bit) => bit === "0" || bit === "1");
    const value = isSigned ? BigInt.asIntN(width, constantOf(bits)) : constantOf(bits);
    return {
      kind: "variable",
      bits,
      type: { width, isSigned, value: isConstant ? value : undefined },
      isAssigned: false,
      signal: this.#netlist.signals.find((each) =>
        isConstant ? each.name === [...instanceOf(cell), name].join(".") : each.bits[0] === bits[0],
      ),
      parts: new Map(),
    };
  }

  #keep({ signal, type, isAssigned, parts }: BoundVariable): void {
    if (isAssigned && parts.size > 0)
      throw new NotTakenError("a register that is assigned whole and in parts");
    for (const [index, bit] of (signal?.bits ?? []).entries()) {
      const value = isAssigned ? (type.value as bigint) >> BigInt(index) : parts.get(index);
      if (value !== undefined) this.inits.set(bit, (value & 1n) === 1n ? "1" : "0");
    }
  }
}

interface BoundMemory {
  readonly kind: "memory";
  readonly memory: MemoryDescription;
  readonly runs: MemoryRun[];
}

interface BoundVariable {
  readonly kind: "variable";
  readonly bits: readonly Bit[];
  readonly type: Variable;
  isAssigned: boolean;
  /** What has the bits, and the bits that were assigned one by one. */
  readonly signal: NamedSignal | undefined;
  readonly parts: Map<number, bigint>;
}

type Bound = BoundMemory | BoundVariable;

/** Statements as functions. */
class Program {
  readonly #bound: Map<string, Bound>;
  readonly #step: () => void;

  constructor(bound: Map<string, Bound>, step: () => void) {
    this.#bound = bound;
    this.#step = step;
  }

  actionOf(statement: Statement): Action {
    switch (statement.kind) {
      case "block": {
        const actions = statement.statements.map((each) => this.actionOf(each));
        return () => {
          for (const action of actions) action();
        };
      }
      case "if": {
        const condition = this.#valueOf(statement.condition);
        const yes = this.actionOf(statement.yes);
        const no = statement.no === undefined ? undefined : this.actionOf(statement.no);
        return () => (condition() === 0n ? no?.() : yes());
      }
      case "for":
        return this.#loop(statement);
      case "assignment":
        return this.#assignment(statement);
    }
  }

  #loop(loop: Statement & { kind: "for" }): Action {
    const outer = loop.own === undefined ? undefined : this.#bound.get(loop.own);
    if (loop.own !== undefined) this.#bound.set(loop.own, ownVariable());
    const start = this.actionOf(loop.start);
    const condition = this.#valueOf(loop.condition);
    const step = this.actionOf(loop.step);
    const body = this.actionOf(loop.body);
    if (loop.own !== undefined && outer !== undefined) this.#bound.set(loop.own, outer);
    return () => {
      for (start(); condition() !== 0n; step()) {
        this.#step();
        body();
      }
    };
  }

  #assignment({ name, index, value }: Statement & { kind: "assignment" }): Action {
    const target = this.#bound.get(name);
    if (target === undefined) throw new NotTakenError(`the target ${name}`);
    if (target.kind === "memory") {
      if (index === undefined) throw new NotTakenError(`all of the memory ${name}`);
      return this.#write(target, index, value);
    }
    const { signal, type } = target;
    if (target.bits.length > 0 && signal?.bits.length !== type.width)
      throw new NotTakenError(`the target ${name}`);
    if (index !== undefined) return this.#writeBit(target, index, value);
    const result = constantValue(value, this.#scope, target.type);
    return () => {
      target.type.value = result();
      target.isAssigned = true;
      target.parts.clear();
    };
  }

  #write({ memory, runs }: BoundMemory, index: Expression, value: Expression): Action {
    const { width, depth, startOffset } = memory;
    const place = this.#valueOf(index);
    const result = constantValue(value, this.#scope, { width, isSigned: false });
    return () => {
      const element = Number(place()) - startOffset;
      const contents = result();
      // Yosys and simulators alike: what is outside is not there.
      if (element >= 0 && element < depth) addElement(runs, element, contents);
    };
  }

  #writeBit(target: BoundVariable, index: Expression, value: Expression): Action {
    const { signal, parts } = target;
    if (signal === undefined) throw new NotTakenError("a bit of something without a range");
    const { offset, isAscending, bits } = signal;
    const place = this.#valueOf(index);
    const result = constantValue(value, this.#scope, { width: 1, isSigned: false });
    return () => {
      const number = Number(place()) - offset;
      const bit = isAscending ? bits.length - 1 - number : number;
      parts.set(bit, result());
      // From here on nobody may read it as a whole.
      target.type.value = undefined;
    };
  }

  #valueOf(expression: Expression): () => bigint {
    return constantValue(expression, this.#scope);
  }

  readonly #scope: Scope = (name) => {
    const bound = this.#bound.get(name);
    if (bound?.kind !== "variable") throw new NotTakenError(`the value of ${name}`);
    return bound.type;
  };
}

function ownVariable(): BoundVariable {
  return {
    kind: "variable",
    bits: [],
    type: { width: 32, isSigned: true, value: undefined },
    isAssigned: false,
    signal: undefined,
    parts: new Map(),
  };
}

function addElement(runs: MemoryRun[], index: number, value: bigint): void {
  const last = runs.at(-1);
  if (last !== undefined && index === last.index + last.elements.length * last.times) {
    if (last.elements.length === 1 && last.elements[0] === value) {
      last.times++;
      return;
    }
    if (last.times === 1) {
      last.elements.push(value);
      return;
    }
  }
  runs.push({ index, elements: [value], times: 1 });
}
