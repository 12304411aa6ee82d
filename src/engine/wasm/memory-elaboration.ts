import { BuildError, UnsupportedConstructError } from "../errors.ts";
import type { Memory, Update } from "./design.ts";
import { POSITION_BITS } from "./indexed-parts.ts";
import { initialContents } from "./initial-contents.ts";
import { mergeWrites, type WritePort } from "./merge-writes.ts";
import type { Bit, Cell, Netlist } from "./netlist.ts";
import { type Node, WIDEST } from "./node.ts";
import { limbStarts, type SignalValues } from "./signal-values.ts";
import type { Triggers } from "./triggers.ts";

const ADDRESS_BITS = 32;

/** The memories of a design: what they hold at first, who reads and writes them. */
export class MemoryElaboration {
  readonly #netlist: Netlist;
  readonly #values: SignalValues;
  readonly #files: ReadonlyMap<string, string>;
  readonly #memoryIndex: ReadonlyMap<string, number>;

  constructor(netlist: Netlist, values: SignalValues, files: ReadonlyMap<string, string>) {
    this.#netlist = netlist;
    this.#files = files;
    this.#values = values;
    this.#memoryIndex = new Map([...netlist.memories.keys()].map((name, index) => [name, index]));
  }

  readPort(cell: Cell): Node[] {
    if (cell.flag("CLK_ENABLE"))
      throw new UnsupportedConstructError("a clocked memory read port", cell.place);
    const name = this.#memoryOf(cell);
    const { width, startOffset } = this.#netlist.memories.get(name) as { width: number; startOffset: number };
    const address = this.#rebased(cell.port("ADDR"), startOffset, cell);
    const memory = this.#memoryIndex.get(name) as number;
    return limbStarts(width).map((low, limb) =>
      this.#values.graph.memory(memory, Math.min(WIDEST, width - low), address, limb),
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
    // The netlist does not say whether an address is signed. A constant of the source is, in its 32 bits.
    const { graph } = this.#values;
    if (startOffset < 0 && bits.length >= POSITION_BITS && bits.length <= WIDEST)
      return graph.sub(
        this.#values.value(bits),
        graph.const(BigInt.asUintN(bits.length, BigInt(startOffset)), bits.length),
      );
    if (startOffset < 0 && !(bits.length === 32 && bits.every((bit) => typeof bit === "string")))
      throw new UnsupportedConstructError(
        `an index that is not constant, of the memory ${cell.text("MEMID").replace(/^\\/, "")}, whose range begins at ${startOffset}`,
        cell.place,
      );
    const address = this.#values.value(bits.slice(0, ADDRESS_BITS));
    const upper = this.#values.limbs(bits.slice(ADDRESS_BITS));
    if (startOffset === 0 && upper.length === 0) return address;
    const width = ADDRESS_BITS + 1;
    const rebased = graph.sub(graph.extend(address, width), graph.const(BigInt(startOffset), width));
    // Beyond the last element of any memory.
    return upper
      .map((limb) => graph.equal(limb, graph.const(0n, limb.width)))
      .reduce((place, isZero) => graph.mux(isZero, place, graph.const(-1n, width)), rebased);
  }

  writeUpdates(triggers: Triggers): Update[] {
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
    return mergeWrites(ports).flatMap((port) => this.#writeUpdate(port, triggers));
  }

  #writeUpdate(port: WritePort, triggers: Triggers): Update[] {
    const { memory, startOffset, cell, clock, polarity, address, data, mask } = port;
    const edge = triggers.clockEdge(clock, polarity);
    const place = this.#rebased(address, startOffset, cell);
    return limbStarts(data.length).map((low, limb): Update => {
      const enabled = this.#values.value(mask.slice(low, low + WIDEST));
      const nothing = this.#values.graph.const(0n, enabled.width);
      return {
        kind: "memory",
        memory,
        address: place,
        limb,
        data: this.#values.value(data.slice(low, low + WIDEST)),
        mask: this.#values.graph.mux(edge, enabled, nothing),
      };
    });
  }

  memories(): Omit<Memory, "scoped">[] {
    const cells = this.#netlist.cells.filter((cell) => cell.type.startsWith("$meminit"));
    return [...this.#netlist.memories.values()].map((memory) => ({
      ...memory,
      init: initialContents(
        cells.filter((cell) => this.#memoryOf(cell) === memory.name),
        memory,
        this.#files,
      ),
    }));
  }
}
