import type { BitAliases } from "./bit-aliases.ts";
import type { MemoryRun } from "./design.ts";

/** A bit of a signal as Yosys numbers it, or a constant. */
export type Bit = number | "0" | "1" | "x" | "z";

/** What `write_json` writes, as far as the engine reads it. */
export interface YosysJson {
  readonly modules: Readonly<Record<string, YosysModule>>;
}

export interface YosysModule {
  readonly attributes: Attributes;
  readonly ports: Readonly<Record<string, { direction: "input" | "output" | "inout"; bits: readonly Bit[] }>>;
  readonly cells: Readonly<Record<string, YosysCell>>;
  readonly memories?: Readonly<Record<string, YosysMemory>>;
  readonly netnames: Readonly<Record<string, YosysNet>>;
}

type Attributes = Record<string, string>;

export interface YosysMemory {
  readonly width: number;
  readonly start_offset: number;
  readonly size: number;
  readonly attributes: Attributes;
}

export interface YosysNet {
  readonly hide_name: 0 | 1;
  readonly bits: readonly Bit[];
  readonly offset?: number;
  readonly upto?: 0 | 1;
  readonly attributes: Attributes;
}

export interface YosysCell {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly attributes: Attributes;
  readonly port_directions?: Readonly<Record<string, string>>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>;
}

/** A cell of the flattened design. */
export class Cell {
  readonly name: string;
  readonly type: string;
  readonly #cell: YosysCell;
  readonly #connections: YosysCell["connections"];
  /** The memory that it belongs to, as the flattened design calls it. */
  readonly #memory: string | undefined;
  #inputs: readonly (readonly Bit[])[] | undefined;
  #outputs: readonly (readonly Bit[])[] | undefined;

  constructor(name: string, cell: YosysCell, connections: YosysCell["connections"], memory?: string) {
    this.name = name;
    this.type = cell.type;
    this.#cell = cell;
    this.#connections = connections;
    this.#memory = memory;
  }

  /** Source file and line. */
  get place(): string {
    return placeOf(this.#cell.attributes);
  }

  /** The text that it was made from: lines and columns count from 1, the end is exclusive. */
  get extent(): Extent | undefined {
    return extentOf(this.#cell.attributes);
  }

  port(name: string): readonly Bit[] {
    return this.#connections[name] ?? [];
  }

  /** The same cell at the bits that its own are aliases of. */
  resolved(aliases: BitAliases): Cell {
    const connections: Record<string, readonly Bit[]> = {};
    for (const name in this.#connections)
      connections[name] = aliases.all(this.#connections[name] as readonly Bit[]);
    return new Cell(this.name, this.#cell, connections, this.#memory);
  }

  get inputs(): readonly (readonly Bit[])[] {
    this.#inputs ??= this.#bits(false);
    return this.#inputs;
  }

  get outputs(): readonly (readonly Bit[])[] {
    this.#outputs ??= this.#bits(true);
    return this.#outputs;
  }

  #bits(areOutputs: boolean): (readonly Bit[])[] {
    const wanted: (readonly Bit[])[] = [];
    for (const name in this.#connections)
      if (this.isOutput(name) === areOutputs) wanted.push(this.#connections[name] as readonly Bit[]);
    return wanted;
  }

  isOutput(name: string): boolean {
    const direction = this.#cell.port_directions?.[name];
    if (direction !== undefined) return direction === "output";
    // Of memory cells: those that read call their output as those that write an input.
    return name === "DATA" ? this.type.startsWith("$memrd") : OUTPUTS.has(name);
  }

  /** A parameter as a number; 0 when the cell does not have it. */
  number(name: string): number {
    return Number(this.bits(name));
  }

  flag(name: string): boolean {
    return this.bits(name) !== 0n;
  }

  /** A parameter as unsigned bits; undefined ones are 0. */
  bits(name: string): bigint {
    const text = this.#cell.parameters[name] ?? "0";
    return text === "" ? 0n : BigInt(`0b${text.replace(/[xz]/g, "0")}`);
  }

  /** A text; Yosys marks one that could be taken for bits with a space behind it. */
  text(name: string): string {
    if (name === "MEMID" && this.#memory !== undefined) return this.#memory;
    const text = this.#cell.parameters[name] ?? "";
    return /^[01xz]* +$/.test(text) ? text.slice(0, -1) : text;
  }

  /** A parameter bit by bit, the lowest first; undefined ones stay so. */
  pattern(name: string): readonly Bit[] {
    return [...(this.#cell.parameters[name] ?? "")].reverse() as Bit[];
  }
}

/** The output ports of Yosys' word-level cells. */
const OUTPUTS: ReadonlySet<string> = new Set(["Y", "Q", "DATA_OUT"]);

export interface PortDescription {
  readonly name: string;
  readonly direction: "input" | "output";
  readonly bits: readonly Bit[];
  /** Source file and line. */
  readonly place: string;
}

export interface MemoryDescription {
  readonly name: string;
  /** As of a signal. */
  readonly path: readonly string[];
  readonly width: number;
  readonly depth: number;
  readonly startOffset: number;
  readonly place: string;
  /** What loops of initial blocks write, beside the `$meminit` cells. */
  readonly fills?: readonly { readonly extent: Extent | undefined; readonly runs: readonly MemoryRun[] }[];
  /** Where `$readmemh` reads data, if the order of writes depends on it. */
  readonly data?: readonly Extent[];
}

export interface NamedSignal {
  readonly name: string;
  /** The names of the instances round it, from the top down, and its own, which may begin with those of generate blocks. */
  readonly path: readonly string[];
  /** Source file and line of its declaration. */
  readonly place: string;
  readonly bits: readonly Bit[];
  /** The smallest number that the source gives to a bit: the lowest bit has it, or, of `[0:7]`, the highest. */
  readonly offset: number;
  readonly isAscending: boolean;
  /** Initial value as Yosys writes it, the highest bit first; `x` where there is none. */
  readonly init: string | undefined;
}

/** The flattened design as data, checked for what no netlist of ours may hold. */
export interface Netlist {
  readonly place: string;
  /** Bits are numbered below this: as long is a list of what is known of each, since V8 makes a hash table of one that grows by leaps. */
  readonly bitCount: number;
  readonly ports: readonly PortDescription[];
  readonly cells: readonly Cell[];
  readonly memories: ReadonlyMap<string, MemoryDescription>;
  readonly signals: readonly NamedSignal[];
}

export interface Extent {
  readonly file: string;
  readonly from: readonly [line: number, column: number];
  readonly to: readonly [line: number, column: number];
}

/** A `src` attribute is a list of extents with `|` between them, and a path may have a `:` or a `|` of its own. */
function extentOf(attributes: Attributes): Extent | undefined {
  const match = /^(.*?):(\d+)\.(\d+)-(\d+)\.(\d+)(?:\||$)/s.exec(attributes["src"] ?? "");
  if (match === null) return undefined;
  const [a, b, c, d] = match.slice(2).map(Number) as [number, number, number, number];
  return { file: match[1] as string, from: [a, b], to: [c, d] };
}

export function placeOf(attributes: Attributes): string {
  const extent = extentOf(attributes);
  return extent === undefined ? "unknown source" : `${extent.file}:${extent.from[0]}`;
}
