import { LARGEST_FUNCTION, packed } from "./cut-functions.ts";
import type { Graph } from "./graph.ts";
import type { Layout } from "./layout.ts";
import { typeOf } from "./machine-word.ts";
import type { Node } from "./node.ts";
import { type EmitterContext, NodeEmitter } from "./node-emitter.ts";
import type { Placement } from "./placement.ts";
import { FunctionWriter, type WasmFunction } from "./wasm-writer.ts";
import type { WorkingSpace } from "./working-space.ts";

/** The parameter of a part: how many edges the run has taken. */
const COUNT = 0;

/** What emitters share, with a way to start another function. */
export interface PartContext extends EmitterContext {
  /** Its index among imports and functions. */
  addPart(write: (out: FunctionWriter, count: number) => void): number;
}

/**
 * The functions of a module that only its own functions call. Values go from one to another through the working space;
 * they are written once in each pass, before any use.
 */
export class Parts {
  readonly functions: WasmFunction[] = [];
  readonly layout: Layout;
  readonly graph: Graph;
  readonly #space: WorkingSpace;
  readonly #firstIndex: number;

  constructor(graph: Graph, layout: Layout, space: WorkingSpace, firstIndex: number) {
    this.layout = layout;
    this.graph = graph;
    this.#space = space;
    this.#firstIndex = firstIndex;
  }

  contextOf(placement: Placement): PartContext {
    const slots = new Map<Node, number>();
    const context: PartContext = {
      layout: this.layout,
      placement,
      space: this.#space,
      pickOf: (choice) => this.graph.picks[choice.index] as readonly number[],
      slotOf: (node) => {
        if (!placement.isShared(node)) return undefined;
        const slot = slots.get(node) ?? this.#space.slot(typeOf(node.width) === "i32" ? 4 : 8);
        slots.set(node, slot);
        return slot;
      },
      addPart: (write) => this.#add(write),
      keepByCalls: (nodes, out) => this.#keep(nodes, out, context),
    };
    return context;
  }

  #add(write: (out: FunctionWriter, count: number) => void): number {
    const out = new FunctionWriter(1);
    write(out, COUNT);
    this.functions.push({ parameters: ["i32"], results: [], body: out.finish() });
    return this.#firstIndex + this.functions.length - 1;
  }

  #keep(nodes: readonly Node[], caller: FunctionWriter, context: PartContext): void {
    const groups = packed(nodes, LARGEST_FUNCTION, (node) => context.placement.weightOf(node));
    for (const group of groups) {
      const part = this.#add((out) => {
        const emitter = new NodeEmitter(out, context);
        for (const node of group) emitter.keep(node);
      });
      caller.const("i32", 0n);
      caller.call(part);
    }
  }
}
