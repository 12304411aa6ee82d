import type { Graph } from "./graph.ts";
import type { Bit, Cell, Netlist } from "./netlist.ts";
import type { Node } from "./node.ts";
import type { Triggers } from "./triggers.ts";

/** What the translation of a register or latch, or of 64 bits of one, may ask for. */
export interface StateContext {
  readonly cell: Cell;
  readonly graph: Graph;
  readonly triggers: Triggers;
  /** What it holds. */
  readonly held: Node;
  /** The bits of a port of the register's width that belong to this part. */
  slice(port: string): readonly Bit[];
  value(bits: readonly Bit[]): Node;
}

type StateTranslation = (context: StateContext) => Node;

/** Registers by cell type: their value after the updates. */
export const flipFlops: ReadonlyMap<string, StateTranslation> = new Map<string, StateTranslation>([
  ["$dff", (context) => atEdge(context, clockEdge(context), context.value(context.slice("D")))],
  ["$adff", asynchronousReset],
]);

/** Latches by cell type: what they let through, or hold. */
export const latches: ReadonlyMap<string, StateTranslation> = new Map<string, StateTranslation>([
  [
    "$dlatch",
    (context) => context.graph.mux(control(context, "EN"), context.value(context.slice("D")), context.held),
  ],
]);

/** `always @(posedge clk or posedge rst) if (rst) q <= VALUE; else q <= d;`: each edge looks at the reset. */
function asynchronousReset(context: StateContext): Node {
  const { graph, cell, triggers } = context;
  const reset = control(context, "ARST");
  const edge = graph.or(
    clockEdge(context),
    triggers.controlEdge(cell.port("ARST")[0] as Bit, cell.flag("ARST_POLARITY")),
  );
  return atEdge(context, edge, graph.mux(reset, resetValue(context), context.value(context.slice("D"))));
}

function atEdge({ graph, held }: StateContext, edge: Node, next: Node): Node {
  return graph.mux(edge, next, held);
}

function clockEdge({ cell, triggers }: StateContext): Node {
  return triggers.clockEdge(cell.port("CLK")[0] as Bit, cell.flag("CLK_POLARITY"));
}

/** 1 while a control of one bit is active. */
function control(context: StateContext, port: string): Node {
  return level(context, context.cell.port(port)[0] as Bit, context.cell.flag(`${port}_POLARITY`));
}

function level({ graph, value }: StateContext, bit: Bit, polarity: boolean): Node {
  return polarity ? value([bit]) : graph.not(value([bit]));
}

function resetValue(context: StateContext): Node {
  const { cell } = context;
  const q = cell.port("Q");
  const pattern = cell.pattern("ARST_VALUE");
  const first = q.indexOf(context.slice("Q")[0] as Bit);
  return context.value(pattern.slice(first, first + context.slice("Q").length));
}

/** Whether a design has more edges than the rising one of its clock. */
export function needsEvents(netlist: Netlist, clock: Bit): boolean {
  return (
    netlist.cells.some((cell) => cell.type !== "$scopeinfo" && needsEventsAt(cell, clock)) ||
    drivesPort(netlist, clock)
  );
}

function needsEventsAt(cell: Cell, clock: Bit): boolean {
  if (latches.has(cell.type)) return true;
  const isClocked = cell.type === "$dff" || (cell.type.startsWith("$memwr") && cell.flag("CLK_ENABLE"));
  if (isClocked) return !isRisingClock(cell, "CLK", clock) || countOf(cell, clock) > 1;
  const isEffect = cell.type === "$print" || cell.type === "$check";
  if (isEffect && cell.port("TRG").length > 0)
    return !isRisingClock(cell, "TRG", clock) || countOf(cell, clock) > 1;
  return flipFlops.has(cell.type) || countOf(cell, clock) > 0;
}

function isRisingClock(cell: Cell, port: "CLK" | "TRG", clock: Bit): boolean {
  const bits = cell.port(port);
  return bits.length === 1 && bits[0] === clock && cell.flag(`${port}_POLARITY`);
}

function countOf(cell: Cell, bit: Bit): number {
  return cell.inputs.reduce((sum, bits) => sum + bits.filter((each) => each === bit).length, 0);
}

function drivesPort(netlist: Netlist, clock: Bit): boolean {
  return netlist.ports.some((port) => port.direction === "output" && port.bits.includes(clock));
}
