import type { ModelSource } from "../engine.ts";
import { BuildError } from "../errors.ts";
import { matchesAny } from "../signal-pattern.ts";
import { combinationalCells } from "./cells.ts";
import type { Design, Update } from "./design.ts";
import { EffectElaboration } from "./effect-elaboration.ts";
import { liveUpdates } from "./live-updates.ts";
import { MemoryElaboration } from "./memory-elaboration.ts";
import type { Bit, Cell } from "./netlist.ts";
import { type Node, WIDEST } from "./node.ts";
import { orderCells } from "./order-cells.ts";
import type { PrunedNetlist } from "./prune-netlist.ts";
import { isCombinational, refuseCells, refuseMarkedSignals } from "./refusal.ts";
import { RegisterElaboration } from "./register-elaboration.ts";
import { rangeOf, ScopedNames } from "./scoped-names.ts";
import { flipFlops, latches, needsEvents } from "./sequential-cells.ts";
import { SignalNames } from "./signal-names.ts";
import { limbStarts, SignalValues } from "./signal-values.ts";
import { EdgeTriggers, SingleClock, type Triggers } from "./triggers.ts";

/**
 * Turns the netlist into values and updates; refuses by name what it cannot do right. `files` are the sources by path.
 */
export function elaborateDesign(
  netlist: PrunedNetlist,
  source: ModelSource,
  files: ReadonlyMap<string, string>,
): Design {
  return new Elaborator(netlist, source, files).design();
}

class Elaborator {
  readonly #netlist: PrunedNetlist;
  readonly #source: ModelSource;
  readonly #values: SignalValues;
  readonly #registers: RegisterElaboration;
  readonly #memories: MemoryElaboration;
  readonly #effects: EffectElaboration;
  readonly #names: ScopedNames;
  readonly #clock: Bit;
  readonly #edges: EdgeTriggers | undefined;
  readonly #triggers: Triggers;

  constructor(netlist: PrunedNetlist, source: ModelSource, files: ReadonlyMap<string, string>) {
    this.#netlist = netlist;
    this.#source = source;
    this.#names = new ScopedNames(files);
    this.#values = new SignalValues(netlist);
    this.#registers = new RegisterElaboration(netlist, this.#values, files);
    this.#memories = new MemoryElaboration(netlist, this.#values, files);
    this.#effects = new EffectElaboration(netlist, this.#values, source.top);
    const clock = netlist.ports.find((port) => port.name === source.clock && port.direction === "input");
    if (clock?.bits.length !== 1) {
      throw new BuildError(
        `${source.top} has no input ${source.clock} of one bit for the clock`,
        netlist.place,
      );
    }
    this.#clock = clock.bits[0] as Bit;
    this.#edges = needsEvents(netlist, this.#clock)
      ? new EdgeTriggers(
          this.#values.graph,
          (bit) => this.#values.value([bit]),
          () => this.#registers.newRegister(1),
        )
      : undefined;
    this.#triggers = this.#edges ?? new SingleClock(this.#values.graph);
  }

  design(): Design {
    refuseCells(this.#netlist);
    refuseMarkedSignals(this.#netlist);
    const clock = this.#edges === undefined ? undefined : this.#defineClock();
    const inputs = this.#defineInputs();
    for (const { bits } of this.#netlist.undriven) this.#registers.defineUndriven(bits);
    const states = this.#netlist.cells
      .filter((cell) => flipFlops.has(cell.type))
      .flatMap((cell) => this.#registers.defineStates(cell));
    const names = new SignalNames(this.#netlist);
    const combinational = this.#netlist.cells.filter(isCombinational);
    for (const cell of orderCells(combinational, this.#netlist.bitCount, names)) this.#translate(cell);
    const updates: Update[] = [
      ...this.#effects.updates(this.#triggers),
      ...states.map((state) => this.#registers.registerUpdate(state, this.#triggers)),
      ...this.#registers.latchUpdates,
      ...this.#memories.writeUpdates(this.#triggers),
    ];
    const outputs = this.#netlist.ports
      .filter((port) => port.direction === "output")
      .map(({ name, bits }) => ({ name, width: bits.length, limbs: this.#values.limbs(bits) }));
    const stop = this.#stop(outputs);
    const traces = this.#traces();
    for (const bit of this.#edges?.bits ?? []) this.#registers.refuseBlockingClock(bit);
    const design: Design = {
      graph: this.#values.graph,
      inputs,
      outputs,
      registers: this.#registers.registers,
      memories: this.#memories
        .memories()
        .map((memory) => ({ ...memory, scoped: this.#names.split(memory.path) })),
      updates: [...updates, ...(this.#edges?.updates() ?? [])],
      traces,
      effects: this.#effects.effects,
      initial: this.#effects.initial,
      stop,
      events:
        clock === undefined || this.#edges === undefined
          ? undefined
          : { clock, pending: this.#registers.pending(this.#edges), starts: this.#edges.starts() },
    };
    return { ...design, updates: liveUpdates(design) };
  }

  /** Where edges are told one by one the clock is a value like any other; the run sets it. */
  #defineClock(): number {
    const register = this.#registers.newRegister(1);
    this.#values.drive([this.#clock], this.#values.graph.register(register, 1));
    return register;
  }

  #defineInputs(): { name: string; width: number }[] {
    const ports = this.#netlist.ports.filter(
      (port) => port.direction === "input" && port.name !== this.#source.clock,
    );
    return ports.map(({ name, bits }, index) => {
      const limbs = limbStarts(bits.length).map((low, limb) =>
        this.#values.graph.input(index, Math.min(WIDEST, bits.length - low), limb),
      );
      this.#values.driveLimbs(bits, limbs);
      return { name, width: bits.length };
    });
  }

  #translate(cell: Cell): void {
    if (latches.has(cell.type)) {
      this.#registers.translateLatch(cell, this.#triggers);
    } else if (cell.type.startsWith("$memrd")) {
      this.#values.driveLimbs(cell.port("DATA"), this.#memories.readPort(cell));
    } else {
      const translation = combinationalCells.get(cell.type) as NonNullable<
        ReturnType<typeof combinationalCells.get>
      >;
      this.#values.driveLimbs(cell.port("Y"), translation(cell, this.#values));
    }
  }

  // ---- what is looked at from outside

  #traces(): Design["traces"] {
    const patterns = [...(this.#source.trace ?? []), ...(this.#source.waves ?? [])];
    if (patterns.length === 0) return [];
    return this.#netlist.signals
      .filter(({ name, bits }) => matchesAny(patterns, name) && this.#values.isReadable(bits))
      .map(({ name, path, bits, offset, isAscending }) => ({
        name,
        scoped: this.#names.split(path),
        range: rangeOf(bits.length, offset, isAscending),
        width: bits.length,
        limbs: this.#values.limbs(bits),
      }));
  }

  #stop(outputs: Design["outputs"]): Node | undefined {
    const name = this.#source.stop;
    if (name === undefined) return undefined;
    const port = outputs.find((output) => output.name === name);
    if (port === undefined)
      throw new BuildError(`${this.#source.top} has no output ${name}`, this.#netlist.place);
    const { graph } = this.#values;
    return port.limbs
      .map((limb) => graph.not(graph.equal(limb, graph.const(0n, limb.width))))
      .reduce((any, next) => graph.or(any, next));
  }
}
