import { createConnection, type Socket } from "node:net";
import type { LogicalAddress } from "../core/address.ts";
import { ControlCode, type ControlMessage } from "./control-message.ts";
import { downDecoder } from "./down-decoder.ts";
import { encodeUp } from "./encode-message.ts";
import { ControlError } from "./errors.ts";
import type { DownMessage } from "./message.ts";
import { EventKind, parseEvent } from "./parse-event.ts";

/** A board answers within milliseconds, however busy its line is. */
const LIMIT_MS = 10_000;

export interface ControlListeners {
  /** A rule of a bus that the device has broken, in a cycle of its own. Comes once `watchRules` was asked. */
  readonly onViolation?: (violation: { rule: string; address: LogicalAddress; deviceCycle: number }) => void;
  readonly onLog?: (text: string) => void;
}

interface Request {
  readonly code: number;
  readonly resolve: (payload: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly limit: NodeJS.Timeout;
}

/** The Unix socket of a simulated board: what a real one has not. */
export class ControlChannel implements Disposable {
  readonly #socket: Socket;
  readonly #listeners: ControlListeners;
  readonly #requests: Request[] = [];

  private constructor(socket: Socket, listeners: ControlListeners) {
    this.#socket = socket;
    this.#listeners = listeners;
    const decoder = downDecoder((message) => this.#take(message));
    socket.on("data", (bytes) => {
      try {
        decoder.receive(bytes);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => this.#fail(new ControlError("the control channel of the board was closed")));
  }

  /** Rejects with `ControlError` where nobody listens on `path`. */
  static connect(path: string, listeners: ControlListeners = {}): Promise<ControlChannel> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(path);
      socket.once("connect", () => resolve(new ControlChannel(socket, listeners)));
      socket.once("error", (cause) =>
        reject(
          new ControlError(`${path}: no board has its control channel there: ${cause.message}`, { cause }),
        ),
      );
    });
  }

  /** Cycle of the device's clock. */
  async cycle(): Promise<number> {
    return cycleOf(await this.ask(ControlCode.cycle));
  }

  /**
   * Records the signals in `scopes`, with spaces between their names, to `file`, whose process this is not: the path is absolute.
   * Resolves with the cycle at which the file's time is 0. Rejects with `ControlError` when it cannot be written.
   */
  async beginWaves(file: string, scopes: string): Promise<number> {
    return cycleOf(await this.ask(ControlCode.wavesOn, Buffer.from(`${file}\0${scopes}`)));
  }

  /** The file of waves is whole afterwards. Resolves with the cycle in which it ends. */
  async endWaves(): Promise<number> {
    return cycleOf(await this.ask(ControlCode.wavesOff));
  }

  /** From now on `onViolation` is called. */
  async watchRules(): Promise<void> {
    await this.ask(ControlCode.events, Uint8Array.of(1 << (EventKind.violation - 1)));
  }

  /**
   * One request. Rejects with `ControlError`, whose message is the board's when it is refused; a board that does not answer
   * within 10 s has lost its channel.
   */
  ask(code: number, payload: Uint8Array = new Uint8Array()): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new ControlError("the control channel of the board was closed"));
        return;
      }
      // Not before it has looked at what came while this process stood still.
      const limit = setTimeout(() => setImmediate(() => this.#giveUp(limit)), LIMIT_MS);
      this.#requests.push({ code, resolve, reject, limit });
      this.#socket.write(encodeUp({ kind: "control", code, isAnswer: false, isFailed: false, payload }));
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(message: DownMessage): void {
    if (message.kind !== "control")
      throw new ControlError(`a message of kind ${message.kind} on the control channel`);
    if (message.isAnswer) this.#answered(message);
    else if (message.code === ControlCode.event) this.#tell(message.payload);
    else if (message.code === ControlCode.log)
      this.#listeners.onLog?.(Buffer.from(message.payload).toString("utf8"));
  }

  #answered({ code, isFailed, payload }: ControlMessage): void {
    const request = this.#requests.shift();
    clearTimeout(request?.limit);
    if (request?.code !== code) throw new ControlError(`an answer of code ${code} that nobody has asked for`);
    if (isFailed) request.reject(new ControlError(Buffer.from(payload).toString("utf8")));
    else request.resolve(payload);
  }

  #tell(payload: Uint8Array): void {
    if (payload[0] !== EventKind.violation) return;
    const event = parseEvent(payload);
    if (event?.kind !== "violation") return;
    const { rule, address, cycle } = event;
    this.#listeners.onViolation?.({ rule, address, deviceCycle: cycle });
  }

  #giveUp(limit: NodeJS.Timeout): void {
    if (!this.#requests.some((request) => request.limit === limit)) return;
    this.#fail(
      new ControlError(`the board has not answered on its control channel for ${LIMIT_MS / 1000} s`),
    );
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    for (const { reject, limit } of this.#requests.splice(0)) {
      clearTimeout(limit);
      reject(error);
    }
  }
}

function cycleOf(payload: Uint8Array): number {
  return Number(Buffer.from(payload).readBigUInt64LE(0));
}
