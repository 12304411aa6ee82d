import type { Design, Effect } from "./design.ts";
import type { ScopedName } from "./scoped-names.ts";

/** What `run` of a module returns for a design that goes on changing without an edge of its clock. */
export const UNSETTLED = -1;

/** Where everything lies in the module's linear memory, in bytes. Part of a cached model. */
export interface Layout {
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  readonly registers: readonly RegisterSlot[];
  readonly memories: readonly MemorySlot[];
  readonly traces: readonly TraceSlot[];
  readonly effects: readonly EffectSlot[];
  readonly divisions: readonly DivisionSlot[];
  /** 32 bits: not 0 when the design has asked for its end. */
  readonly end: number;
  /** Tables that the module itself places in its memory. */
  readonly constants: readonly { readonly address: number; readonly length: number }[];
  readonly totalBytes: number;
}

/** 4 bytes for up to 32 bits, 8 for up to 64, then 8 for each further 64. */
export interface Slot {
  readonly name: string;
  readonly width: number;
  readonly address: number;
}

export interface RegisterSlot {
  readonly width: number;
  readonly address: number;
  /** Hexadecimal, without prefix. */
  readonly initValue: string;
  readonly initMask: string;
}

/** A signal that waves show. */
export interface TraceSlot extends Slot {
  readonly scoped: ScopedName;
  readonly range: string;
}

export interface MemorySlot extends Slot {
  readonly scoped: ScopedName;
  /** The number of the first element. */
  readonly startOffset: number;
  readonly depth: number;
  readonly elementBytes: number;
  readonly init: readonly {
    readonly index: number;
    readonly elements: readonly string[];
    readonly times: number;
  }[];
}

/** Where the arguments of an effect are left. */
export interface EffectSlot extends Effect {
  readonly address: number;
}

/** Where a wide division works: quotient, remainder and divisor, each of so many times 64 bits. */
export interface DivisionSlot {
  readonly address: number;
  readonly limbs: number;
}

/** Nothing lies at address 0, and memories start on a cache line. */
const FIRST_ADDRESS = 64;
const CACHE_LINE = 64;

export function layOut(design: Design): Layout {
  let next = FIRST_ADDRESS;
  const take = (bytes: number, alignment: number): number => {
    const address = Math.ceil(next / alignment) * alignment;
    next = address + bytes;
    return address;
  };
  const slot = ({ name, width }: { name: string; width: number }): Slot => {
    return { name, width, address: take(slotBytes(width), slotAlignment(width)) };
  };
  const inputs = design.inputs.map(slot);
  const outputs = design.outputs.map(slot);
  const registers = design.registers.map(({ width, init }): RegisterSlot => {
    return {
      width,
      address: take(slotBytes(width), slotAlignment(width)),
      initValue: init.value.toString(16),
      initMask: init.mask.toString(16),
    };
  });
  const traces = design.traces.map((trace) => ({ ...slot(trace), scoped: trace.scoped, range: trace.range }));
  const end = take(4, 4);
  const effects = design.effects.map((effect): EffectSlot => {
    const bits = effect.widths.reduce((sum, width) => sum + width, 0);
    return { ...effect, address: take(8 * Math.ceil(bits / 64), 8) };
  });
  const divisions = design.graph.divisions.map((limbs) => ({ address: take(3 * 8 * limbs, 8), limbs }));
  const memories = design.memories.map((memory): MemorySlot => {
    const elementBytes = elementBytesOf(memory.width);
    return {
      name: memory.name,
      scoped: memory.scoped,
      startOffset: memory.startOffset,
      width: memory.width,
      depth: memory.depth,
      elementBytes,
      address: take(elementBytes * memory.depth, CACHE_LINE),
      init: memory.init.map(({ index, elements, times }) => ({
        index,
        times,
        elements: elements.map((each) => each.toString(16)),
      })),
    };
  });
  return {
    inputs,
    outputs,
    registers,
    memories,
    traces,
    effects,
    divisions,
    end,
    constants: [],
    totalBytes: next,
  };
}

function slotBytes(width: number): number {
  return width <= 32 ? 4 : 8 * Math.ceil(width / 64);
}

function slotAlignment(width: number): number {
  return width <= 32 ? 4 : 8;
}

function elementBytesOf(width: number): number {
  return [1, 2, 4].find((bytes) => width <= 8 * bytes) ?? 8 * Math.ceil(width / 64);
}
