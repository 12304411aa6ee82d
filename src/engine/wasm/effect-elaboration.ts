import { UnsupportedConstructError } from "../errors.ts";
import type { Effect, Update } from "./design.ts";
import { fieldWidths } from "./format-text.ts";
import type { Bit, Cell, Netlist } from "./netlist.ts";
import { constantOf, type SignalValues } from "./signal-values.ts";
import { taskOf } from "./system-tasks.ts";
import type { Triggers } from "./triggers.ts";

/** What a design says or asks for. */
export class EffectElaboration {
  readonly effects: Effect[] = [];
  readonly #netlist: Netlist;
  readonly #values: SignalValues;

  constructor(netlist: Netlist, values: SignalValues) {
    this.#netlist = netlist;
    this.#values = values;
  }

  updates(triggers: Triggers): Update[] {
    const cells = this.#netlist.cells
      .filter((cell) => cell.type === "$print" || cell.type === "$check")
      .sort((a, b) => Number(BigInt.asIntN(32, b.bits("PRIORITY")) - BigInt.asIntN(32, a.bits("PRIORITY"))));
    return cells.flatMap((cell) => this.#effectUpdate(cell, triggers));
  }

  #effectUpdate(cell: Cell, triggers: Triggers): Update[] {
    const isCheck = cell.type === "$check";
    const { kind, format } = isCheck
      ? { kind: cell.text("FLAVOR") as Effect["kind"], format: "" }
      : taskOf(cell.text("FORMAT"));
    const trigger = cell.port("TRG");
    const what = isCheck ? kind : "$display";
    if (!["assert", "assume", "cover"].includes(kind) && isCheck)
      throw new UnsupportedConstructError(kind, cell.place);
    if (!cell.flag("TRG_ENABLE"))
      throw new UnsupportedConstructError(`${what} outside a clocked block`, cell.place);
    // Yosys loses the condition of the reset on the way.
    if (trigger.length > 1)
      throw new UnsupportedConstructError(`${what} in a block with an asynchronous reset`, cell.place);
    const isInitial = trigger.length === 0;
    const args = cell.port("ARGS");
    if (isInitial && args.some((bit) => typeof bit === "number"))
      throw new UnsupportedConstructError(`${what} of a signal in an initial block`, cell.place);
    const effect = this.effects.length;
    const widths = isCheck ? [] : fieldWidths(cell.text("FORMAT"));
    this.effects.push({ kind, format, widths, place: cell.place, isInitial, constant: constantOf(args) });
    if (isInitial) return [];
    const { graph } = this.#values;
    const edge = triggers.clockEdge(trigger[0] as Bit, cell.flag("TRG_POLARITY"));
    const enabled = graph.and(edge, this.#values.value(cell.port("EN")));
    const enable = isCheck
      ? graph.and(
          enabled,
          kind === "cover"
            ? this.#values.value(cell.port("A"))
            : graph.not(this.#values.value(cell.port("A"))),
        )
      : enabled;
    return [{ kind: "effect", effect, enable, limbs: this.#values.limbs(args) }];
  }
}
