import type { Bit, NamedSignal, Netlist } from "./netlist.ts";

const DEEPEST = 1000;

/** A signal, or some of its bits that follow each other, as a message names it. */
export interface SignalPart {
  /** With the numbers that the source gives the bits, where it is not all of them: `device.half[7:4]`. */
  readonly name: string;
  /** Source file and line of the declaration; absent where the source has no name for the bits. */
  readonly place: string | undefined;
  /** The lowest first. */
  readonly bits: readonly number[];
}

/**
 * Names for bits of the netlist. The flattened design has several for most of them: the shortest path says most, unless
 * it is an output, which has what is assigned to it from elsewhere.
 */
export class SignalNames {
  readonly #netlist: Netlist;
  #first: Map<Bit, NamedSignal> | undefined;

  constructor(netlist: Netlist) {
    this.#netlist = netlist;
  }

  /** The parts of signals that hold these bits; each bit is in one of them. */
  partsOf(bits: ReadonlySet<number>): SignalPart[] {
    const left = new Set(bits);
    const parts: SignalPart[] = [];
    for (const signal of new Set([...bits].flatMap((bit) => this.#signalOf(bit) ?? []))) {
      for (const { low, run } of runsOf(signal.bits, left)) {
        for (const bit of run) left.delete(bit);
        parts.push({ name: nameOf(signal, low, run.length), place: signal.place, bits: run });
      }
    }
    for (const bit of left) parts.push({ name: "a value without a name", place: undefined, bits: [bit] });
    return parts;
  }

  #signalOf(bit: Bit): NamedSignal | undefined {
    this.#first ??= this.#index();
    return this.#first.get(bit);
  }

  #index(): Map<Bit, NamedSignal> {
    const { ports, signals } = this.#netlist;
    const outputs = new Set(ports.flatMap(({ name, direction }) => (direction === "output" ? [name] : [])));
    const rank = ({ name }: NamedSignal): number => (outputs.has(name) ? DEEPEST : name.split(".").length);
    const first = new Map<Bit, NamedSignal>();
    for (const signal of [...signals].sort((a, b) => rank(a) - rank(b)))
      for (const bit of signal.bits) if (!first.has(bit)) first.set(bit, signal);
    return first;
  }
}

/** The longest runs of a signal's bits that are all wanted. */
function runsOf(bits: readonly Bit[], wanted: ReadonlySet<number>): { low: number; run: number[] }[] {
  const runs: { low: number; run: number[] }[] = [];
  const seen = new Set<number>();
  for (const [index, bit] of bits.entries()) {
    if (typeof bit !== "number" || !wanted.has(bit) || seen.has(bit)) continue;
    seen.add(bit);
    const last = runs.at(-1);
    if (last !== undefined && last.low + last.run.length === index) last.run.push(bit);
    else runs.push({ low: index, run: [bit] });
  }
  return runs;
}

function nameOf({ name, bits, offset, isAscending }: NamedSignal, low: number, width: number): string {
  if (width === bits.length) return name;
  const number = (index: number): number => offset + (isAscending ? bits.length - 1 - index : index);
  return width === 1 ? `${name}[${number(low)}]` : `${name}[${number(low + width - 1)}:${number(low)}]`;
}
