import { UnsupportedConstructError } from "../errors.ts";
import type { Effect, EffectUpdate } from "./design.ts";
import { fieldWidths } from "./format-text.ts";
import type { Bit, Cell, Netlist } from "./netlist.ts";
import type { Node } from "./node.ts";
import type { SignalValues } from "./signal-values.ts";
import { refusedWords, taskOf } from "./system-tasks.ts";
import type { Triggers } from "./triggers.ts";

/** What a design says or asks for: in initial blocks and at edges. */
export class EffectElaboration {
  readonly effects: Effect[] = [];
  readonly initial: EffectUpdate[] = [];
  readonly #netlist: Netlist;
  readonly #values: SignalValues;
  readonly #top: string;

  constructor(netlist: Netlist, values: SignalValues, top: string) {
    this.#netlist = netlist;
    this.#values = values;
    this.#top = top;
  }

  updates(triggers: Triggers): EffectUpdate[] {
    const updates: EffectUpdate[] = [];
    for (const cell of inOrder(this.#netlist.cells.filter(isEffect))) {
      const effect = this.#effectOf(cell);
      const trigger = triggerOf(cell, effect);
      const enable = this.#values.value(cell.port("EN"));
      if (trigger === undefined) {
        this.initial.push(this.#update(cell, effect, enable));
        continue;
      }
      const edge = triggers.clockEdge(trigger, cell.flag("TRG_POLARITY"));
      updates.push(this.#update(cell, effect, this.#values.graph.and(edge, enable)));
    }
    return updates;
  }

  #effectOf(cell: Cell): Effect {
    const { place } = cell;
    if (cell.type === "$check") return { kind: flavorOf(cell), format: "", widths: [], place };
    const format = cell.text("FORMAT");
    const refused = refusedWords(format);
    if (refused !== undefined) throw new UnsupportedConstructError(refused, place);
    const scope = [this.#top, ...numbered(cell).instance].join(".");
    return { ...taskOf(format, scope), widths: fieldWidths(format), place };
  }

  #update(cell: Cell, described: Effect, enable: Node): EffectUpdate {
    const { graph } = this.#values;
    const effect = this.effects.push(described) - 1;
    const limbs = this.#values.limbs(cell.port("ARGS"));
    if (cell.type === "$print") return { kind: "effect", effect, enable, limbs };
    const holds = this.#values.value(cell.port("A"));
    const isDue = cell.text("FLAVOR") === "cover" ? holds : graph.not(holds);
    return { kind: "effect", effect, enable: graph.and(enable, isDue), limbs };
  }
}

export function isEffect(cell: Cell): boolean {
  return cell.type === "$print" || cell.type === "$check";
}

function flavorOf(cell: Cell): Effect["kind"] {
  const flavor = cell.text("FLAVOR");
  if (flavor === "assert" || flavor === "assume" || flavor === "cover") return flavor;
  throw new UnsupportedConstructError(flavor, cell.place);
}

/** The clock; undefined in an initial block. */
function triggerOf(cell: Cell, { kind }: Effect): Bit | undefined {
  const what = kind === "display" ? "$display" : cell.type === "$check" ? kind : `$${kind}`;
  if (!cell.flag("TRG_ENABLE"))
    throw new UnsupportedConstructError(`${what} outside a clocked block`, cell.place);
  // Yosys loses the condition of the reset on the way.
  if (cell.port("TRG").length > 1)
    throw new UnsupportedConstructError(`${what} in a block with an asynchronous reset`, cell.place);
  return cell.port("TRG")[0];
}

/**
 * Module by module, block by block, and in the order of the statements: Yosys numbers the cells so, and names an
 * instance in front of the name.
 */
export function inOrder(cells: readonly Cell[]): Cell[] {
  const instances = new Map<string, Cell[]>();
  for (const cell of cells) {
    const instance = numbered(cell).instance.join(".");
    instances.set(instance, [...(instances.get(instance) ?? []), cell]);
  }
  return [...instances.values()].flatMap((each) =>
    each.sort((a, b) => numbered(a).number - numbered(b).number),
  );
}

/** Names of the instances round a cell, and its number. */
function numbered({ name }: Cell): { instance: string[]; number: number } {
  const match = /^(?:\$flatten\\(.*?)\.(?=\$))?.*?\$(\d+)$/.exec(name);
  return { instance: match?.[1]?.split(".\\") ?? [], number: Number(match?.[2] ?? 0) };
}

/** Names of the instances round a cell that says something. */
export function instanceOf(cell: Cell): string[] {
  return numbered(cell).instance;
}
