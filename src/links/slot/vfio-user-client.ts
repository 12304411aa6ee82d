import { LinkLostError } from "../../bus/errors.ts";
import { SystemCallError } from "../../native/errors.ts";
import { UnixSocket } from "../../native/unix-socket.ts";
import { Flag, HEADER_BYTES, type Header, parseHeader, startMessage } from "./vfio-user-messages.ts";

/** A request that the other side refused. */
export class RefusedError extends Error {
  readonly errno: number;

  constructor(command: number, errno: number) {
    super(`vfio-user: request ${command} was refused: ${new SystemCallError("vfio-user", errno).errno}`);
    this.errno = errno;
  }
}

const MOST_DEFERRED = 64;

interface Deferred {
  readonly command: number;
  readonly onRefusal: (error: RefusedError) => void;
}

/** A client's end of vfio-user: requests whose answers are waited for, posted ones, and ones whose answers come later. */
export class VfioUserClient implements Disposable {
  readonly #name: string;
  readonly #socket: UnixSocket;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #deferred = new Map<number, Deferred>();
  #id = 0;
  #lost: Error | undefined;

  /** `name`: of the target, for messages. Throws `LinkLostError` where nobody listens at `path`. */
  constructor(name: string, path: string, limitMs: number) {
    this.#name = name;
    try {
      this.#socket = new UnixSocket(path);
      this.#socket.limitMs = limitMs;
    } catch (cause) {
      throw new LinkLostError(name, `no slot listens at ${path}: ${(cause as Error).message}`, { cause });
    }
  }

  /** Resolves with the payload of the answer. Throws `RefusedError` or `LinkLostError`. */
  request(command: number, payload: Uint8Array, descriptors?: readonly number[]): Buffer {
    const id = this.#send(command, payload, 0, descriptors);
    for (;;) {
      const [header, answer] = this.#receive();
      if (header.id !== id) continue;
      if ((header.flags & Flag.error) !== 0) throw new RefusedError(command, header.errno);
      return answer;
    }
  }

  /** Nothing is ever heard of it. */
  post(command: number, payload: Uint8Array): void {
    this.#send(command, payload, Flag.noReply);
  }

  /** Its answer is taken with that of a later request; `onRefusal` is called then. */
  defer(
    command: number,
    payload: Uint8Array,
    descriptors: readonly number[],
    onRefusal: (error: RefusedError) => void,
  ): void {
    const id = this.#send(command, payload, 0, descriptors);
    this.#deferred.set(id, { command, onRefusal });
    // More answers than fit the socket would stop the other side.
    while (this.#deferred.size >= MOST_DEFERRED) this.#receive();
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
    this.#lost ??= new LinkLostError(this.#name, "the slot was left");
  }

  #send(command: number, payload: Uint8Array, flags: number, descriptors?: readonly number[]): number {
    if (this.#lost !== undefined) throw this.#lost;
    this.#id = (this.#id + 1) & 0xffff;
    const message = startMessage(this.#id, command, payload.length, flags);
    message.set(payload, HEADER_BYTES);
    this.#guard(() => this.#socket.send(message, descriptors));
    return this.#id;
  }

  /** The next answer that nobody has deferred. */
  #receive(): readonly [Header, Buffer] {
    const isThere = this.#guard(() => this.#socket.receive(this.#header));
    if (!isThere) throw this.#lose("the slot has ended the connection");
    const header = parseHeader(this.#header);
    const payload = Buffer.alloc(header.lengthBytes - HEADER_BYTES);
    if (payload.length > 0 && !this.#guard(() => this.#socket.receive(payload)))
      throw this.#lose("the slot has ended the connection");
    const deferred = this.#deferred.get(header.id);
    if (deferred === undefined) return [header, payload];
    this.#deferred.delete(header.id);
    if ((header.flags & Flag.error) !== 0)
      deferred.onRefusal(new RefusedError(deferred.command, header.errno));
    return [{ ...header, id: -1 }, payload];
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (!(cause instanceof SystemCallError)) throw cause;
      const what = cause.errno === "EAGAIN" ? "the slot does not answer" : "the slot is gone";
      throw this.#lose(`${what}: ${cause.message}`, cause);
    }
  }

  #lose(what: string, cause?: unknown): Error {
    this.#lost ??= new LinkLostError(this.#name, what, { cause });
    return this.#lost;
  }
}
