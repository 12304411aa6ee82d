import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Simulation } from "../../../src/engine/engine.ts";
import { parseFileList } from "../../../src/engine/file-list.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";
import { downDecoder } from "../../../src/wire/down-decoder.ts";
import { encodeUp } from "../../../src/wire/encode-message.ts";
import type { SessionLost } from "../../../src/wire/errors.ts";
import { HostSession } from "../../../src/wire/host-session.ts";
import type { Identity } from "../../../src/wire/identity.ts";
import type { DownMessage, UpMessage } from "../../../src/wire/message.ts";
import { SimulatedLine } from "./simulated-line.ts";

export const CLOCK_HZ = 500_000;
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A top of this folder, or the bridge itself, as a simulation out of its reset. */
export async function openBoard(
  top: string,
  files: readonly string[],
  parameters: Readonly<Record<string, number>> = {},
): Promise<Simulation> {
  const lists = ["rtl/bridge/bridge.f", "rtl/dma/dma.f"].map((list) => parseFileList(join(root, list), root));
  const model = await new WasmEngine({ cacheDirectory: ".hilt/cache" }).build({
    top,
    files: [...lists.flatMap((list) => list.files), ...files.map((file) => join(import.meta.dirname, file))],
    includeDirectories: lists.flatMap((list) => list.includeDirectories),
    parameters,
    clock: "clk",
  });
  const simulation = model.open();
  simulation.port("rst").write(1);
  simulation.run(4);
  simulation.port("rst").write(0);
  return simulation;
}

export interface SimulatedBoardOptions {
  readonly cyclesPerByte?: number;
  readonly cyclesPerBit?: number;
  readonly clockHz?: number;
  readonly eachCycle?: () => void;
  /** Answers the device's accesses; by default with `memory`. */
  readonly onMessage?: (message: DownMessage) => void;
  /** Hears the board's stream as it comes. */
  readonly onStream?: (bytes: Uint8Array) => void;
}

/** The host's end of a simulated board: a session, its messages, and host memory from address `BASE` on. */
export class SimulatedBoard {
  static readonly BASE = 0x1_0000_0000n;
  readonly memory = new Uint8Array(1 << 16);
  readonly line: SimulatedLine;
  readonly session: HostSession;
  readonly answers: DownMessage[] = [];
  readonly lost: SessionLost[] = [];
  /** Levels of the interrupt lines, by message. */
  readonly interrupts: number[] = [];
  readonly simulation: Simulation;
  #decoder = downDecoder((message) => this.#heed(message));
  readonly #options: SimulatedBoardOptions;
  #token = 0x1234;

  constructor(simulation: Simulation, options: SimulatedBoardOptions = {}) {
    this.simulation = simulation;
    this.#options = options;
    const { cyclesPerByte = 8, cyclesPerBit, clockHz = CLOCK_HZ, eachCycle } = options;
    this.line = new SimulatedLine(simulation, {
      clockHz,
      cyclesPerByte,
      onBytes: (bytes) => this.session.receive(bytes),
      ...(eachCycle === undefined ? {} : { eachCycle }),
      ...(cyclesPerBit === undefined ? {} : { cyclesPerBit }),
    });
    this.session = new HostSession({
      clock: this.line,
      token: () => this.#token++,
      bytesPerSecond: clockHz / (cyclesPerBit === undefined ? cyclesPerByte : 10 * cyclesPerBit),
      write: (bytes) => this.line.write(bytes),
      onBytes: (bytes) => {
        options.onStream?.(bytes);
        this.#decoder.receive(bytes);
      },
      onLost: (error) => this.lost.push(error),
    });
  }

  async begin(): Promise<Identity> {
    this.#decoder = downDecoder((message) => this.#heed(message));
    return this.line.settled(this.session.begin(5000), 4_000_000, "the session's beginning");
  }

  send(...messages: readonly UpMessage[]): void {
    for (const message of messages) this.session.send(encodeUp(message));
  }

  /** The next `count` answers to register accesses and fences. */
  async take(count: number, limitCycles = 2_000_000): Promise<DownMessage[]> {
    await this.line.until(() => this.answers.length >= count, limitCycles, `${count} answers`);
    return this.answers.splice(0, count);
  }

  async read(address: number): Promise<number> {
    this.send({ kind: "register-read", address, width: 32 });
    const [answer] = await this.take(1);
    if (answer?.kind !== "register-value" || answer.status !== 0) throw new Error(JSON.stringify(answer));
    return Number(answer.value);
  }

  write(address: number, value: number): void {
    this.send({ kind: "register-write", address, width: 32, value });
  }

  #heed(message: DownMessage): void {
    if (message.kind === "interrupts") this.interrupts.push(message.levels);
    else if (message.kind !== "memory-read" && message.kind !== "memory-write") this.answers.push(message);
    else if (this.#options.onMessage !== undefined) this.#options.onMessage(message);
    else this.#serve(message);
  }

  #serve(message: Extract<DownMessage, { kind: "memory-read" | "memory-write" }>): void {
    const at = Number(message.address - SimulatedBoard.BASE);
    if (message.kind === "memory-read") {
      const { lengthBytes } = message;
      const data = this.memory.slice(at, at + lengthBytes);
      this.send({ kind: "memory-data", status: 0, lengthBytes, data });
    } else {
      this.memory.set(message.data, at);
      if (message.isEnd) this.send({ kind: "memory-written", status: 0, bursts: 1 });
    }
  }
}
