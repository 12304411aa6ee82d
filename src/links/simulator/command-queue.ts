import type { Port, Simulation } from "../../engine/engine.ts";

const DEPTH = 256;
const COUNTER_MASK = 2 * DEPTH - 1;
const OPERATION = { write: 1, read: 2 } as const;

export type CommandKind = keyof typeof OPERATION;

/** The answer's cycle stands above them. */
const CYCLE_SHIFT = 2;
const CYCLE_SPAN = 2 ** 30;

export interface Answer {
  readonly operation: CommandKind;
  readonly address: number;
  readonly value: number;
  /** AXI4-Lite RRESP or BRESP; 0 is OKAY. */
  readonly response: number;
  /** Lower bits of the cycle in which it was given. */
  readonly cycleBits: number;
}

/**
 * The host's side of the harness's register port: a ring of commands in simulated memory, which the harness works off
 * in order as time passes. Posting costs no crossing into the engine.
 */
export class CommandQueue {
  readonly #commands: Uint32Array;
  readonly #responses: Uint32Array;
  readonly #headPort: Port;
  readonly #tailPort: Port;
  #tail = 0;
  #taken = 0;
  #lastRead = 0;

  constructor(simulation: Simulation) {
    this.#commands = wordsOf(simulation, "commands.command");
    this.#responses = wordsOf(simulation, "commands.response");
    this.#headPort = simulation.port("command_head");
    this.#tailPort = simulation.port("host_command_tail");
  }

  get isFull(): boolean {
    return this.pending === DEPTH;
  }

  /** Commands that were posted and whose answers have not been taken. */
  get pending(): number {
    return (this.#tail - this.#taken) & COUNTER_MASK;
  }

  /** Free-running count of finished commands, for telling progress; as of the last `take`. */
  get head(): number {
    return this.#taken;
  }

  post(operation: CommandKind, address: number, value: number): void {
    const at = (this.#tail % DEPTH) * 2;
    this.#commands[at] = value;
    this.#commands[at + 1] = address | (OPERATION[operation] << 30);
    this.#tail = (this.#tail + 1) & COUNTER_MASK;
    this.#tailPort.write(this.#tail);
  }

  /** What the last read gave whose answer was taken. */
  get lastRead(): number {
    return this.#lastRead;
  }

  /**
   * Takes the answers of the commands that have finished since the last call; hands over those that are not OKAY, or
   * where `every` says so all of them, oldest first.
   */
  take(listener: (answer: Answer) => void, every: boolean): void {
    if (this.pending === 0) return;
    const head = this.#headPort.read();
    for (; this.#taken !== head; this.#taken = (this.#taken + 1) & COUNTER_MASK) {
      const at = (this.#taken % DEPTH) * 2;
      if ((this.#commands[at + 1] as number) >>> 30 === OPERATION.read)
        this.#lastRead = this.#responses[at] as number;
      if (every || ((this.#responses[at + 1] as number) & 3) !== 0) listener(this.oldest());
    }
  }

  /** The oldest command whose answer has not been taken. */
  oldest(): Answer {
    const at = (this.#taken % DEPTH) * 2;
    const command = this.#commands[at + 1] as number;
    return {
      operation: command >>> 30 === OPERATION.read ? "read" : "write",
      address: command & 0x3fff_ffff,
      value: this.#responses[at] as number,
      response: (this.#responses[at + 1] as number) & 3,
      cycleBits: (this.#responses[at + 1] as number) >>> CYCLE_SHIFT,
    };
  }
}

/** The last cycle before `now` with these lower bits. */
export function wholeCycle(bits: number, now: number): number {
  const cycle = now - (now % CYCLE_SPAN) + bits;
  return cycle > now ? cycle - CYCLE_SPAN : cycle;
}

/** A memory of the design as 32-bit words; a 64-bit element is two of them, the lower half first. */
export function wordsOf(simulation: Pick<Simulation, "array">, name: string): Uint32Array {
  const { bytes } = simulation.array(name);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
