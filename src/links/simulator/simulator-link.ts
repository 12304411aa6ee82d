import { type Clock, checkCycles } from "../../bus/clock.ts";
import type { ErrorInjection } from "../../bus/error-injection.ts";
import { NoAnswerError, RegisterAccessError } from "../../bus/errors.ts";
import type { LinkEvent, LinkEventListener, ListenOptions } from "../../bus/event.ts";
import type { InterruptListener } from "../../bus/interrupt-listener.ts";
import type { Link, Operation } from "../../bus/link.ts";
import type { SignalAccess } from "../../bus/signal-access.ts";
import type { Pace, Traits } from "../../bus/traits.ts";
import type { WaveRecord } from "../../bus/wave-record.ts";
import type { WindowTable } from "../../bus/window.ts";
import type { Port, Simulation } from "../../engine/engine.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { LinkState } from "../link-state.ts";
import { Pump } from "../pump.ts";
import { checkNarrow, checkRegister } from "../register-address.ts";
import { checkVector, checkVectors } from "../vector.ts";
import { type Answer, type CommandKind, CommandQueue, wholeCycle } from "./command-queue.ts";
import { SimulationEndedError } from "./errors.ts";
import { EventLog } from "./event-log.ts";
import { HarnessErrors } from "./harness-errors.ts";
import { InterruptLines } from "./interrupt-lines.ts";
import { SimulatedSignals } from "./simulated-signals.ts";
import { FREQUENCY_HZ } from "./simulator-traits.ts";

/** Bits of `stop_cause` and `host_stop_mask` of the harness. */
const STOP = { commandsDone: 1, interrupt: 2 } as const;
/** A register access that makes no progress for so long will never be answered. */
const REGISTER_LIMIT_CYCLES = 10_000;
/** Commands have 30 bits for an address. */
const LAST_REGISTER = 0x3fff_fffc;
const RESPONSE_NAMES = ["OKAY", "EXOKAY", "SLVERR", "DECERR"];

export interface SimulatorLinkParts {
  readonly name: string;
  readonly simulation: Simulation;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly waves: WaveRecord | undefined;
  /** Of the signals that can be read; none where `traits.signals` is false. */
  readonly signalPatterns: readonly string[];
  readonly traits: Traits;
  readonly pace: Pace;
  /** Runs the engine; recording waves is a way of running. */
  readonly run: (cycles: number) => number;
  readonly close: () => Promise<void>;
}

/** A device in the simulation harness, on any engine that runs inside this process. The simulation is out of reset. */
export class SimulatorLink implements Link {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly errors: ErrorInjection;
  readonly waves: WaveRecord | undefined;
  readonly signals: SignalAccess | undefined;
  /** For a look inside: ports, memories and traced signals of the harness. */
  readonly simulation: Simulation;
  readonly #parts: SimulatorLinkParts;
  /** Of the engine: the link counts from here. */
  readonly #firstCycle: number;
  readonly #commands: CommandQueue;
  readonly #events: EventLog;
  readonly #lines: InterruptLines;
  readonly #stopMask: Port;
  readonly #pump: Pump;
  readonly #listeners = new Set<LinkEventListener>();
  readonly #byteListeners = new Set<LinkEventListener>();
  /** Answers of registers that are to be delivered among the events of the log. */
  #answers: LinkEvent[] = [];
  /** Of all lines, when nothing posted was under way last. */
  #quietRises = 0;
  #writeError: Error | undefined;
  readonly #state: LinkState;
  #closed: Promise<void> | undefined;

  constructor(parts: SimulatorLinkParts) {
    const { simulation } = parts;
    const firstCycle = simulation.cycle;
    this.#firstCycle = firstCycle;
    this.#parts = parts;
    this.name = parts.name;
    this.#state = new LinkState(parts.name);
    this.memory = parts.memory;
    this.windows = parts.windows;
    this.errors = new HarnessErrors(simulation);
    this.waves = parts.waves;
    this.traits = parts.traits;
    this.signals = parts.traits.signals
      ? new SimulatedSignals(simulation, parts.signalPatterns, this.name, this.#state)
      : undefined;
    this.pace = parts.pace;
    this.simulation = simulation;
    this.clock = {
      kind: "simulated",
      frequencyHz: FREQUENCY_HZ,
      get cycle() {
        return simulation.cycle - firstCycle;
      },
    };
    this.#commands = new CommandQueue(simulation);
    this.#lines = new InterruptLines(simulation);
    this.#events = new EventLog(simulation, this.#lines.count);
    this.#stopMask = simulation.port("host_stop_mask");
    const link = this;
    this.#pump = new Pump({
      get cycle() {
        return link.clock.cycle;
      },
      advance: (cycles) => link.#advance(cycles),
    });
  }

  writeRegister(address: number, value: number): void {
    checkRegister(address, value, LAST_REGISTER);
    if (this.#state.end !== undefined) return;
    try {
      this.#post("write", address, value);
    } catch (error) {
      this.#writeError ??= error as Error;
    }
  }

  async readRegister(address: number): Promise<number> {
    return this.#read(address);
  }

  async perform(operations: readonly Operation[]): Promise<number[]> {
    checkNarrow(this.name, operations);
    checkVectors(this.name, this.#lines.count, operations);
    this.#throwPending();
    const values: number[] = [];
    const latches = this.#latches();
    for (const operation of operations) {
      if (operation.kind === "write") this.writeRegister(operation.address, operation.value);
      else if (operation.kind === "read") values.push(this.#read(operation.address));
      else {
        const latch = latches[operation.vector ?? 0] as Latch;
        values.push(this.#runToInterrupt(latch, operation.limitCycles) ? 1 : 0);
      }
    }
    return values;
  }

  listen({ vector = 0 }: { readonly vector?: number } = {}): InterruptListener {
    checkVector(this.name, this.#lines.count, vector);
    const latch = this.#latch(vector);
    return { wait: (limitCycles, signal) => this.#waitFor(latch, limitCycles, signal) };
  }

  #read(address: number): number {
    checkRegister(address, 0, LAST_REGISTER);
    this.#throwPending();
    this.#post("read", address, 0);
    this.#finishCommands(0);
    this.#throwPending();
    return this.#commands.lastRead;
  }

  /** Begins now. Where interrupts are levels each wait begins its own, too. */
  #latch(vector: number): Latch {
    return { vector, rises: this.#lines.rises(vector) };
  }

  #latches(): Latch[] {
    const latches: Latch[] = [];
    for (let vector = 0; vector < this.#lines.count; vector++) latches.push(this.#latch(vector));
    return latches;
  }

  /** Everything that was posted has been done (one of them may clear the line), and there is an interrupt. Lets no time pass. */
  #isMet({ vector, rises }: Latch): boolean {
    if (this.#commands.pending > 0) return false;
    const isHigh = this.traits.interrupts === "level" && this.#lines.isHigh(vector);
    return isHigh || this.#lines.rises(vector) !== rises;
  }

  #begin(latch: Latch): void {
    this.#throwPending();
    if (this.traits.interrupts === "level") latch.rises = this.#lines.rises(latch.vector);
  }

  #runToInterrupt(latch: Latch, limitCycles: number): boolean {
    checkCycles(limitCycles);
    this.#begin(latch);
    const end = this.clock.cycle + limitCycles;
    while (!this.#isMet(latch) && this.clock.cycle < end) this.#advance(end - this.clock.cycle);
    return this.#settle(latch, latch);
  }

  async #waitFor(latch: Latch, limitCycles: number, signal: AbortSignal | undefined): Promise<boolean> {
    checkCycles(limitCycles);
    this.#begin(latch);
    // Of its own: a rise meets every wait that is parked, also several of one asker.
    const own: Latch = { vector: latch.vector, rises: latch.rises };
    await this.#park(this.clock.cycle + limitCycles, () => this.#isMet(own) || signal?.aborted === true);
    if (!this.#isMet(own) && signal?.aborted === true) return false;
    return this.#settle(own, latch);
  }

  /**
   * What the wait of `own` yields; one that is met ends the latch of its asker. It does not expire before what was posted
   * has been done: a device that does not answer, and a write that it refuses, are reported by the wait.
   */
  #settle(own: Latch, asker: Latch): boolean {
    this.#finishCommands(0);
    this.#throwPending();
    if (!this.#isMet(own)) return false;
    asker.rises = this.#lines.rises(asker.vector);
    return true;
  }

  async idle(cycles: number): Promise<void> {
    checkCycles(cycles);
    this.#throwPending();
    this.#finishCommands(0);
    const target = this.clock.cycle + cycles;
    await this.#park(target, () => this.clock.cycle >= target);
    this.#throwPending();
  }

  onEvent(listener: LinkEventListener, { bytes = false }: ListenOptions = {}): () => void {
    this.#listeners.add(listener);
    if (bytes) {
      this.#byteListeners.add(listener);
      this.#events.keepWrites(true);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#byteListeners.delete(listener)) this.#events.keepWrites(this.#byteListeners.size > 0);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pump.stop(this.#state.close());
    this.#closed ??= this.#parts.close();
    await this.#closed;
  }

  #park(deadline: number, isMet: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#pump.park({ deadline, isMet, settle: resolve, fail: reject });
    });
  }

  #post(operation: CommandKind, address: number, value: number): void {
    if (this.#commands.isFull) this.#finishCommands(0);
    this.#commands.post(operation, address, value);
  }

  /** Lets time pass until at most `left` commands are unanswered. */
  #finishCommands(left: number): void {
    while (this.#commands.pending > left) {
      const before = this.#commands.head;
      const start = this.clock.cycle;
      while (this.#commands.head === before) {
        this.#advance(REGISTER_LIMIT_CYCLES - (this.clock.cycle - start), STOP.commandsDone);
        if (this.clock.cycle - start >= REGISTER_LIMIT_CYCLES && this.#commands.head === before) {
          throw this.#breakUnanswered();
        }
      }
    }
  }

  #advance(cycles: number, stopMask: number = this.#waitMask): void {
    this.#state.check();
    // Inputs change here and nowhere else: an output that is read after one has changed is computed again.
    this.#stopMask.write(stopMask);
    this.#lines.tellSeen();
    try {
      this.#parts.run(cycles);
    } catch (error) {
      throw this.#state.fail(error as Error);
    }
    const { end } = this.simulation;
    if (end !== undefined)
      this.#state.fail(new SimulationEndedError(this.name, { ...end, cycle: end.cycle - this.#firstCycle }));
    this.#lines.look();
    this.#commands.take(this.#noteAnswer, this.#listeners.size > 0);
    if (this.#commands.pending === 0) this.#quietRises = this.#lines.total;
    if (this.#listeners.size === 0) {
      this.#events.skip();
      return;
    }
    this.#events.drain(this.#deliverInOrder);
    if (this.#answers.length > 0) this.#deliverAnswers(Number.POSITIVE_INFINITY);
  }

  readonly #deliverInOrder = (event: LinkEvent): void => {
    if (this.#answers.length > 0) this.#deliverAnswers(event.cycle);
    this.#deliver(event);
  };

  #deliverAnswers(upTo: number): void {
    const later = this.#answers.findIndex(({ cycle }) => cycle > upTo);
    for (const event of this.#answers.splice(0, later === -1 ? this.#answers.length : later))
      this.#deliver(event);
  }

  /** A rise, and where there was one already, the end of what was posted: a wait is met then. A message may be an old one. */
  get #waitMask(): number {
    const { isAnyHigh, total } = this.#lines;
    const hasRisen = this.traits.interrupts === "message" || isAnyHigh || total !== this.#quietRises;
    const isHeldUp = this.#commands.pending > 0 && hasRisen;
    return isHeldUp ? STOP.interrupt | STOP.commandsDone : STOP.interrupt;
  }

  readonly #deliver = (event: LinkEvent): void => {
    const listeners = event.kind === "written" ? this.#byteListeners : this.#listeners;
    for (const listener of listeners) listener(event);
  };

  readonly #noteAnswer = (answer: Answer): void => {
    const { operation: access, address, response, value, cycleBits } = answer;
    const isRefused = response !== 0;
    if (isRefused) {
      const what = `the device answered ${RESPONSE_NAMES[response]}`;
      this.#writeError ??= new RegisterAccessError(this.name, access, address, what);
    }
    if (this.#listeners.size === 0) return;
    const cycle = wholeCycle(cycleBits, this.clock.cycle);
    const read = access === "read" ? value : 0;
    this.#answers.push({ kind: "register", cycle, access, address, value: read, isRefused });
  };

  #breakUnanswered(): Error {
    const { operation, address } = this.#commands.oldest();
    const waited = `${REGISTER_LIMIT_CYCLES} cycles`;
    return this.#state.fail(new NoAnswerError(this.name, operation, address, waited));
  }

  /** Reports an error of an earlier posted write, once. */
  #throwPending(): void {
    this.#state.check();
    const error = this.#writeError;
    this.#writeError = undefined;
    if (error !== undefined) throw error;
  }
}

/** What an asker of an interrupt has seen: how often the line had risen. */
interface Latch {
  readonly vector: number;
  rises: number;
}
