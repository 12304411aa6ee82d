import { UnsupportedConstructError } from "../errors.ts";
import { BitAliases } from "./bit-aliases.ts";
import { withoutCut } from "./cut-loops.ts";
import {
  type Bit,
  Cell,
  placeOf,
  type YosysCell,
  type YosysJson,
  type YosysMemory,
  type YosysModule,
  type YosysNet,
} from "./netlist.ts";
import { withoutOwn } from "./shared-variables.ts";

/** The design as one module: what is in an instance has the names of the instances round it before its own. */
export interface FlatDesign {
  readonly top: YosysModule;
  readonly cells: readonly Cell[];
  /** Cells at bits that are constants in their instance and not in their module. */
  readonly tied: readonly Cell[];
  readonly memories: readonly Named<YosysMemory>[];
  readonly nets: readonly (Named<YosysNet> & { readonly bits: readonly Bit[] })[];
  /** Bits that are the same one although the above has two numbers for them. */
  readonly aliases: BitAliases;
  /** The bits of a port of the top module. */
  readonly portBits: (bits: readonly Bit[]) => readonly Bit[];
}

interface Named<T> {
  readonly name: string;
  /** The names of the instances round it, and its own. */
  readonly path: readonly string[];
  readonly item: T;
}

/**
 * Puts instances together with what they are of. Yosys writes each module once: its own `flatten`, and all passes after it,
 * take it many times as long, and what makes a design large is its instances.
 */
export function flatten({ modules }: YosysJson): FlatDesign {
  const top = Object.values(modules).find((module) => module.attributes["top"] !== undefined);
  if (top === undefined) throw new Error("the netlist has no top module");
  return new Flattener(modules).flatten(top);
}

/** A module, taken apart once for all of its instances. */
interface Template {
  readonly nets: readonly (readonly [name: string, YosysNet])[];
  readonly memories: readonly (readonly [name: string, YosysMemory])[];
  readonly cells: readonly (readonly [name: string, YosysCell])[];
  readonly ports: readonly (readonly [name: string, { readonly bits: readonly Bit[] }])[];
  /** Its bits are numbered below this. */
  readonly bitCount: number;
}

class Flattener {
  readonly #modules: YosysJson["modules"];
  readonly #templates = new Map<YosysModule, Template>();
  readonly #aliases = new BitAliases();
  readonly #cells: Cell[] = [];
  readonly #tied: Cell[] = [];
  readonly #memories: Named<YosysMemory>[] = [];
  readonly #nets: FlatDesign["nets"][number][] = [];
  readonly #names = new Set<string>();

  constructor(modules: YosysJson["modules"]) {
    this.#modules = modules;
  }

  flatten(top: YosysModule): FlatDesign {
    const bits = new InstanceBits(this.#aliases, this.#templateOf(top).bitCount);
    this.#place(top, new InstanceScope([]), bits);
    return {
      top,
      cells: this.#cells,
      tied: this.#tied,
      memories: this.#memories,
      nets: this.#nets,
      aliases: this.#aliases,
      portBits: (port) => bits.all(port),
    };
  }

  #templateOf(module: YosysModule): Template {
    const known = this.#templates.get(module);
    if (known !== undefined) return known;
    const isSeen = ({ hide_name: isHidden, attributes }: YosysNet): boolean =>
      isHidden === 0 || attributes["init"] !== undefined;
    const template = {
      nets: Object.entries(module.netnames).flatMap(([name, net]) => {
        const uncut = isSeen(net) ? withoutCut(name) : undefined;
        const own = uncut === undefined ? undefined : withoutOwn(uncut);
        return own === undefined ? [] : [[own, net] as const];
      }),
      memories: Object.entries(module.memories ?? {}),
      cells: Object.entries(module.cells),
      ports: Object.entries(module.ports),
      bitCount: bitCountOf(module),
    };
    this.#templates.set(module, template);
    return template;
  }

  #place(module: YosysModule, scope: InstanceScope, bits: InstanceBits): void {
    const template = this.#templateOf(module);
    for (const [name, net] of template.nets)
      this.#nets.push({ ...this.#named(scope, name, net), bits: bits.all(net.bits) });
    const memories = new Map<string | undefined, string>();
    for (const [name, memory] of template.memories) {
      const named = this.#named(scope, name, memory);
      memories.set(rawName(name), rawName(named.name));
      this.#memories.push(named);
    }
    for (const [name, cell] of template.cells) {
      const instantiated = this.#modules[cell.type];
      if (instantiated === undefined) this.#placeCell(scope.nameOf(name), cell, bits, memories);
      else this.#place(instantiated, scope.inside(name), this.#connected(cell, instantiated, bits));
    }
  }

  #placeCell(
    name: string,
    cell: YosysCell,
    bits: InstanceBits,
    memories: ReadonlyMap<string | undefined, string>,
  ): void {
    const tiedBefore = bits.tied;
    const connections: Record<string, readonly Bit[]> = {};
    for (const port in cell.connections) connections[port] = bits.all(cell.connections[port] as Bit[]);
    const placed = new Cell(name, cell, connections, memories.get(cell.parameters["MEMID"]));
    this.#cells.push(placed);
    if (bits.tied > tiedBefore) this.#tied.push(placed);
  }

  #named<T>(scope: InstanceScope, name: string, item: T): Named<T> {
    const wanted = scope.nameOf(name);
    let unique = wanted;
    for (let count = 1; this.#names.has(unique); count++) unique = `${wanted}_${count}`;
    this.#names.add(unique);
    return { name: unique, path: scope.pathOf(name), item };
  }

  /** The bits of an instance, of which its ports are those that are connected to it. */
  #connected(cell: YosysCell, module: YosysModule, outer: InstanceBits): InstanceBits {
    const { ports, bitCount } = this.#templateOf(module);
    const inner = new InstanceBits(this.#aliases, bitCount);
    for (const [name, { bits }] of ports) {
      const connection = cell.connections[name] ?? [];
      for (const [index, bit] of bits.entries()) {
        const connected = connection[index];
        if (connected === undefined || inner.connect(bit, outer.one(connected))) continue;
        throw new UnsupportedConstructError(
          `several drivers of what is connected to ${name}, two of them different constants`,
          placeOf(cell.attributes),
        );
      }
    }
    return inner;
  }
}

/** Each bit is one of a net. */
function bitCountOf({ netnames }: YosysModule): number {
  let count = 0;
  for (const { bits } of Object.values(netnames))
    for (const bit of bits) if (typeof bit === "number" && bit >= count) count = bit + 1;
  return count;
}

/** The bits of one instance, by the numbers that its module has for them. */
class InstanceBits {
  readonly #aliases: BitAliases;
  readonly #bits: (Bit | undefined)[];
  /** How often a bit was asked for that is a constant here alone. */
  tied = 0;

  constructor(aliases: BitAliases, bitCount: number) {
    this.#aliases = aliases;
    this.#bits = new Array(bitCount);
  }

  one(bit: Bit): Bit {
    if (typeof bit !== "number") return bit;
    const known = this.#bits[bit];
    if (known === undefined) {
      const fresh = this.#aliases.fresh();
      this.#bits[bit] = fresh;
      return fresh;
    }
    if (typeof known === "string") this.tied++;
    return known;
  }

  all(bits: readonly Bit[]): Bit[] {
    const all: Bit[] = [];
    for (const bit of bits) all.push(this.one(bit));
    return all;
  }

  /** False where both are constants, and different ones. */
  connect(bit: Bit, outer: Bit): boolean {
    if (typeof bit !== "number" || this.#bits[bit] !== undefined)
      return this.#aliases.join(outer, this.one(bit));
    this.#bits[bit] = outer;
    return true;
  }
}

/** Names of what is in an instance, as Yosys' own `flatten` makes them. */
class InstanceScope {
  /** The instances round it, with a backslash before a name of the source. */
  readonly #instances: readonly string[];
  readonly #path: readonly string[];
  readonly #isNamed: boolean;
  readonly #prefix: string;
  readonly #hiddenPrefix: string;

  constructor(instances: readonly string[]) {
    this.#instances = instances;
    this.#path = instances.map((name) => name.replace(/^\\/, ""));
    this.#isNamed = instances.every((name) => name.startsWith("\\"));
    this.#hiddenPrefix = `$flatten${instances.join(".")}.`;
    this.#prefix = this.#isNamed ? `${this.#path.join(".")}.` : this.#hiddenPrefix;
  }

  inside(instance: string): InstanceScope {
    return new InstanceScope([...this.#instances, rawName(instance)]);
  }

  nameOf(name: string): string {
    if (this.#path.length === 0) return name;
    return isPublic(name) ? this.#prefix + rawName(name).slice(1) : this.#hiddenPrefix + name;
  }

  pathOf(name: string): string[] {
    if (this.#path.length === 0) return [name];
    return this.#isNamed && isPublic(name) ? [...this.#path, rawName(name).slice(1)] : [this.nameOf(name)];
  }
}

/** Names that Yosys makes begin with a dollar sign; one of the source that does so has a backslash before it. */
function isPublic(name: string): boolean {
  return !name.startsWith("$");
}

/** With the backslash of a name of the source, which Yosys leaves out where it is not needed. */
function rawName(name: string): string {
  return isPublic(name) && !/^\\[$\\\d]/.test(name) ? `\\${name}` : name;
}
