import { UnsupportedConstructError } from "../errors.ts";
import type { MemoryRun } from "./design.ts";

/** A bit of a signal as Yosys numbers it, or a constant. */
export type Bit = number | "0" | "1" | "x" | "z";

/** What `write_json` writes, as far as the engine reads it. */
export interface YosysJson {
  readonly modules: Readonly<Record<string, YosysModule>>;
}

interface YosysModule {
  readonly attributes: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, { direction: "input" | "output" | "inout"; bits: readonly Bit[] }>>;
  readonly cells: Readonly<Record<string, YosysCell>>;
  readonly memories?: Readonly<
    Record<
      string,
      { width: number; start_offset: number; size: number; attributes: Readonly<Record<string, string>> }
    >
  >;
  readonly netnames: Readonly<
    Record<
      string,
      {
        hide_name: 0 | 1;
        bits: readonly Bit[];
        offset?: number;
        upto?: 0 | 1;
        attributes: Readonly<Record<string, string>>;
      }
    >
  >;
}

interface YosysCell {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly port_directions?: Readonly<Record<string, string>>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>;
}

/** A cell of the flattened design. */
export class Cell {
  readonly name: string;
  readonly type: string;
  /** Source file and line. */
  readonly place: string;
  /** The text that it was made from: lines and columns count from 1, the end is behind it. */
  readonly extent: Extent | undefined;
  readonly #cell: YosysCell;

  constructor(name: string, cell: YosysCell) {
    this.name = name;
    this.type = cell.type;
    this.place = placeOf(cell.attributes);
    this.extent = extentOf(cell.attributes);
    this.#cell = cell;
  }

  port(name: string): readonly Bit[] {
    return this.#cell.connections[name] ?? [];
  }

  get inputs(): readonly (readonly Bit[])[] {
    return Object.entries(this.#cell.connections)
      .filter(([name]) => !this.isOutput(name))
      .map(([, bits]) => bits);
  }

  get outputs(): readonly (readonly Bit[])[] {
    return Object.entries(this.#cell.connections)
      .filter(([name]) => this.isOutput(name))
      .map(([, bits]) => bits);
  }

  isOutput(name: string): boolean {
    const direction = this.#cell.port_directions?.[name];
    return direction === undefined ? OUTPUTS.has(name) : direction === "output";
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
  readonly ports: readonly PortDescription[];
  readonly cells: readonly Cell[];
  readonly memories: ReadonlyMap<string, MemoryDescription>;
  readonly signals: readonly NamedSignal[];
}

export function parseNetlist(json: YosysJson): Netlist {
  const top = Object.values(json.modules).find((module) => module.attributes["top"] !== undefined);
  if (top === undefined) throw new Error("the netlist has no top module");
  const place = placeOf(top.attributes);
  const ports = Object.entries(top.ports).map(([name, { direction, bits }]): PortDescription => {
    const own = placeOf(top.netnames[name]?.attributes ?? top.attributes);
    if (direction === "inout") throw new UnsupportedConstructError(`the inout port ${name}`, own);
    return { name, direction, bits, place: own };
  });
  return {
    place,
    ports,
    cells: Object.entries(top.cells)
      .filter(([, cell]) => cell.type !== "$scopeinfo")
      .map(([name, cell]) => new Cell(name, withDirections(cell))),
    memories: new Map(
      Object.entries(top.memories ?? {}).map(([name, memory]) => [
        name,
        {
          name,
          path: pathOf(name, memory.attributes),
          width: memory.width,
          depth: memory.size,
          startOffset: memory.start_offset,
          place: placeOf(memory.attributes),
        },
      ]),
    ),
    signals: Object.entries(top.netnames)
      .filter(([, net]) => net.hide_name === 0 || net.attributes["init"] !== undefined)
      .map(([name, net]) => ({
        name,
        path: pathOf(name, net.attributes),
        place: placeOf(net.attributes),
        bits: net.bits,
        offset: net.offset ?? 0,
        isAscending: net.upto === 1,
        init: net.attributes["init"],
      })),
  };
}

function pathOf(name: string, attributes: Readonly<Record<string, string>>): string[] {
  return attributes["hdlname"]?.split(" ") ?? [name];
}

/** Memory cells call their output DATA, as writes call an input. */
function withDirections(cell: YosysCell): YosysCell {
  if (cell.port_directions !== undefined || !cell.type.startsWith("$memrd")) return cell;
  return { ...cell, port_directions: { DATA: "output" } };
}

export interface Extent {
  readonly file: string;
  readonly from: readonly [line: number, column: number];
  readonly to: readonly [line: number, column: number];
}

/** A `src` attribute is a list of extents with `|` between them, and a path may have a `:` or a `|` of its own. */
function extentOf(attributes: Readonly<Record<string, string>>): Extent | undefined {
  const match = /^(.*?):(\d+)\.(\d+)-(\d+)\.(\d+)(?:\||$)/s.exec(attributes["src"] ?? "");
  if (match === null) return undefined;
  const [a, b, c, d] = match.slice(2).map(Number) as [number, number, number, number];
  return { file: match[1] as string, from: [a, b], to: [c, d] };
}

/** The text of an extent. */
export function textOf({ from, to }: Extent, text: string): string {
  const lines = text.split("\n").slice(from[0] - 1, to[0]);
  if (lines.length === 0) return "";
  lines[lines.length - 1] = (lines.at(-1) as string).slice(0, to[1] - 1);
  lines[0] = (lines[0] as string).slice(from[1] - 1);
  return lines.join("\n");
}

function placeOf(attributes: Readonly<Record<string, string>>): string {
  const extent = extentOf(attributes);
  return extent === undefined ? "unknown source" : `${extent.file}:${extent.from[0]}`;
}
