import { readSync, writeSync } from "node:fs";
import type { SerialPort } from "serialport";

/** As serialport's poller counts them. */
const READABLE = 1;
const WRITABLE = 2;
/** More than a terminal ever has at once. */
const READ_BYTES = 65_536;

/** What serialport has of an open port on Linux and macOS: its descriptor, which does not block, and what watches it. */
interface OpenPort {
  readonly fd: number;
  readonly poller: {
    /** Watches for these events alone, until one of them has come. */
    poll(events: number): void;
    on(event: "readable" | "writable", listener: (error: Error | null) => void): unknown;
  };
}

export interface PolledPortOptions {
  /** The bytes are the receiver's own only until it returns. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Nothing can be read or written any more. */
  readonly onGone: (why: string) => void;
}

/**
 * Reads and writes an open port when the kernel says that it can be. serialport's own stream asks a pool of threads for each
 * read, twice, and for each write: that costs more than all that hilt does with the bytes.
 */
export class PolledPort {
  readonly #port: OpenPort;
  readonly #options: PolledPortOptions;
  readonly #room = Buffer.allocUnsafe(READ_BYTES);
  /** What the port has had no room for. */
  #rest: Uint8Array[] = [];
  #onWritten: (() => void) | undefined;
  #isGone = false;

  constructor(port: SerialPort, options: PolledPortOptions) {
    this.#port = port.port as unknown as OpenPort;
    this.#options = options;
    const { poller } = this.#port;
    poller.on("readable", (error) => this.#step(error, () => this.#read()));
    poller.on("writable", (error) => this.#step(error, () => this.#writeRest()));
    this.#watch();
  }

  write(bytes: Uint8Array): void {
    if (this.#isGone) return;
    this.#rest.push(bytes);
    if (this.#rest.length > 1) return;
    this.#writeRest();
    if (this.#rest.length > 0) this.#watch();
  }

  /** Resolves when the port has taken all that was written. */
  written(): Promise<void> {
    if (this.#rest.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onWritten = resolve;
    });
  }

  /** Nothing is read or written after it. */
  stop(): void {
    this.#isGone = true;
    this.#rest = [];
    this.#onWritten?.();
  }

  #step(error: Error | null, act: () => void): void {
    if (this.#isGone) return;
    if (error !== null) {
      // Whatever its error says: the kernel has no other word for it.
      this.#gone("it has hung up");
      return;
    }
    try {
      act();
    } catch (thrown) {
      // Whoever receives has lost its place in the stream. The native code that has called this would end the process.
      this.stop();
      setImmediate(() => {
        throw thrown;
      });
    }
    if (!this.#isGone) this.#watch();
  }

  #watch(): void {
    this.#port.poller.poll(this.#rest.length > 0 ? READABLE | WRITABLE : READABLE);
  }

  #read(): void {
    const count = this.#try(() => readSync(this.#port.fd, this.#room, 0, READ_BYTES, null));
    if (count === 0) this.#gone("the port has ended");
    else if (count !== undefined) this.#options.onBytes(this.#room.subarray(0, count));
  }

  #writeRest(): void {
    for (let bytes = this.#rest[0]; bytes !== undefined; bytes = this.#rest[0]) {
      const count = this.#try(() => writeSync(this.#port.fd, bytes as Uint8Array)) ?? 0;
      if (count < bytes.length) {
        this.#rest[0] = bytes.subarray(count);
        return;
      }
      this.#rest.shift();
    }
    this.#onWritten?.();
  }

  /** Undefined where the descriptor has nothing, or no room, just now, and where the port is gone. */
  #try(call: () => number): number | undefined {
    try {
      return call();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Whoever writes is not to find the port gone in the midst of it.
      if (code !== "EAGAIN" && code !== "EINTR") setImmediate(() => this.#gone((error as Error).message));
      return undefined;
    }
  }

  #gone(why: string): void {
    if (this.#isGone) return;
    this.stop();
    this.#options.onGone(why);
  }
}
