import type { Capabilities } from "../../bus/capabilities.ts";
import type { Clock } from "../../bus/clock.ts";
import type { ErrorInjection } from "../../bus/error-injection.ts";
import { InterruptTimeoutError, RegisterAccessError } from "../../bus/errors.ts";
import type { LinkEvent, LinkEventListener } from "../../bus/event.ts";
import type { Link, Operation } from "../../bus/link.ts";
import type { WaveRecord } from "../../bus/wave-record.ts";
import type { WindowTable } from "../../bus/window.ts";
import type { Port, Simulation } from "../../engine/engine.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { type Answer, type CommandKind, CommandQueue } from "./command-queue.ts";
import { SimulationEndedError } from "./errors.ts";
import { EventLog } from "./event-log.ts";
import { HarnessErrors } from "./harness-errors.ts";
import { Pump } from "./pump.ts";

/** Bits of `stop_cause` and `host_stop_mask` of the harness. */
const STOP = { commandsDone: 1, interrupt: 2 } as const;
/** A register access that makes no progress for so long will never be answered. */
const REGISTER_LIMIT_CYCLES = 10_000;
/** Simulated time is counted as if the clock ran at 100 MHz. */
const FREQUENCY_HZ = 100_000_000;
const RESPONSE_NAMES = ["OKAY", "EXOKAY", "SLVERR", "DECERR"];

export interface SimulatorLinkParts {
  readonly name: string;
  readonly simulation: Simulation;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly waves: WaveRecord | undefined;
  /** Runs the engine; recording waves is a way of running. */
  readonly run: (cycles: number) => number;
  readonly close: () => Promise<void>;
}

/** A device in the simulation harness, on any engine that runs inside this process. The simulation is out of reset. */
export class SimulatorLink implements Link {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly errors: ErrorInjection;
  readonly waves?: WaveRecord;
  /** For a look inside: ports, memories and traced signals of the harness. */
  readonly simulation: Simulation;
  readonly #parts: SimulatorLinkParts;
  /** Of the engine: the link counts from here. */
  readonly #firstCycle: number;
  readonly #commands: CommandQueue;
  readonly #events: EventLog;
  readonly #interrupt: Port;
  readonly #stopMask: Port;
  readonly #pump: Pump;
  readonly #listeners = new Set<LinkEventListener>();
  /** As of the last time that device time passed. */
  #isRaised = false;
  #writeError: Error | undefined;
  #broken: Error | undefined;

  constructor(parts: SimulatorLinkParts) {
    const { simulation } = parts;
    const firstCycle = simulation.cycle;
    this.#firstCycle = firstCycle;
    this.#parts = parts;
    this.name = parts.name;
    this.memory = parts.memory;
    this.windows = parts.windows;
    this.errors = new HarnessErrors(simulation);
    if (parts.waves !== undefined) this.waves = parts.waves;
    this.simulation = simulation;
    this.capabilities = {
      stepsTime: true,
      observesDma: true,
      injectsFaults: true,
      hasWaves: parts.waves !== undefined,
      enforcesWindows: true,
    };
    this.clock = {
      kind: "simulated",
      frequencyHz: FREQUENCY_HZ,
      get cycle() {
        return simulation.cycle - firstCycle;
      },
    };
    this.#commands = new CommandQueue(simulation);
    this.#events = new EventLog(simulation);
    this.#interrupt = simulation.port("irq");
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
    checkRegister(address, value);
    if (this.#broken !== undefined) return;
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
    const values: number[] = [];
    for (const operation of operations) {
      if (operation.kind === "write") this.writeRegister(operation.address, operation.value);
      else if (operation.kind === "read") values.push(this.#read(operation.address));
      else this.#runToInterrupt(operation.limitCycles);
    }
    return values;
  }

  #read(address: number): number {
    checkRegister(address, 0);
    this.#throwPending();
    this.#post("read", address, 0);
    this.#finishCommands(0);
    this.#throwPending();
    return this.#commands.lastRead;
  }

  /** The line is high and all that was posted has been done: one of them may clear it. Lets no time pass. */
  get #isRaisedForGood(): boolean {
    return this.#isRaised && this.#commands.pending === 0;
  }

  #runToInterrupt(limitCycles: number): void {
    this.#throwPending();
    const start = this.clock.cycle;
    while (!this.#isRaisedForGood) {
      const waited = this.clock.cycle - start;
      if (waited >= limitCycles)
        throw new InterruptTimeoutError(this.name, waited, this.#describeLastEvent());
      this.#advance(limitCycles - waited);
    }
    this.#throwPending();
  }

  async waitForInterrupt(limitCycles: number): Promise<void> {
    this.#throwPending();
    const start = this.clock.cycle;
    const met = await this.#park(start + limitCycles, () => this.#isRaisedForGood);
    this.#throwPending();
    if (met) return;
    // A device that does not answer is told by the access.
    this.#finishCommands(0);
    throw new InterruptTimeoutError(this.name, this.clock.cycle - start, this.#describeLastEvent());
  }

  async idle(cycles: number): Promise<void> {
    this.#throwPending();
    const target = this.clock.cycle + cycles;
    await this.#park(target, () => this.clock.cycle >= target);
    this.#throwPending();
  }

  onEvent(listener: LinkEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#broken ??= new Error(`${this.name}: the link is closed`);
    this.#pump.stop(this.#broken);
    await this.#parts.close();
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
          throw this.#breakWith(`no answer in ${REGISTER_LIMIT_CYCLES} cycles`);
        }
      }
    }
  }

  #advance(cycles: number, stopMask: number = this.#pumpStopMask()): void {
    if (this.#broken !== undefined) throw this.#broken;
    this.#stopMask.write(stopMask);
    try {
      this.#parts.run(cycles);
    } catch (error) {
      this.#broken = error as Error;
      throw error;
    }
    const { end } = this.simulation;
    if (end !== undefined)
      this.#broken ??= new SimulationEndedError(this.name, { ...end, cycle: end.cycle - this.#firstCycle });
    this.#isRaised = this.#interrupt.read() !== 0;
    this.#commands.take(this.#noteRefusal);
    if (this.#listeners.size > 0) this.#events.drain(this.#deliver);
    else this.#events.skip();
  }

  #pumpStopMask(): number {
    if (!this.#isRaised) return STOP.interrupt;
    return this.#commands.pending > 0 ? STOP.commandsDone : 0;
  }

  readonly #deliver = (event: LinkEvent): void => {
    for (const listener of this.#listeners) listener(event);
  };

  readonly #noteRefusal = (answer: Answer): void => {
    const what = `the device answered ${RESPONSE_NAMES[answer.response]}`;
    this.#writeError ??= new RegisterAccessError(this.name, answer.operation, answer.address, what);
  };

  #breakWith(what: string): Error {
    const oldest = this.#commands.oldest();
    this.#broken = new RegisterAccessError(this.name, oldest.operation, oldest.address, what);
    return this.#broken;
  }

  /** Reports an error of an earlier posted write, once. */
  #throwPending(): void {
    if (this.#broken !== undefined) throw this.#broken;
    const error = this.#writeError;
    this.#writeError = undefined;
    if (error !== undefined) throw error;
  }

  #describeLastEvent(): string {
    const event = this.#events.last();
    return event === undefined
      ? "nothing happened on the bus"
      : `last event: ${event.kind} in cycle ${event.cycle}`;
  }
}

function checkRegister(address: number, value: number): void {
  if (!Number.isInteger(address) || address < 0 || address > 0x3fff_fffc || address % 4 !== 0) {
    throw new RangeError(`register address ${address} is no multiple of 4 from 0 to 0x3ffffffc`);
  }
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`register value ${value} is no unsigned 32-bit number`);
  }
}
