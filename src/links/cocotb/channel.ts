import { constants, openSync, writeSync } from "node:fs";
import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import { join } from "node:path";
import { makeFifo } from "../../native/make-fifo.ts";

const CHUNK_BYTES = 65_536;

/** Bytes to and from a simulator in another process. */
export interface Channel {
  /** Resolves when the simulator is at its other end. */
  readonly ready: Promise<void>;
  /** `bytes` is not to be changed afterwards. */
  send(bytes: Uint8Array): void;
  /** Hears what comes from now on; what it hears is its own for the time of the call. */
  listen(listener: (bytes: Uint8Array) => void): void;
  close(): void;
}

/**
 * Two named pipes in that folder: an end in Verilog can open files alone, and a socket costs Node more. The simulator is there
 * when something has come: its first message, a sign of life, which is heard as all others.
 */
export function openPipes(folder: string): Channel {
  const [up, down] = [join(folder, "up"), join(folder, "down")];
  makeFifo(up);
  makeFifo(down);
  const early: Uint8Array[] = [];
  let hear = (bytes: Uint8Array): void => void early.push(Uint8Array.from(bytes));
  let arrived = (): void => {};
  const ready = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  // Opened for both, so that neither waits for the simulator. Its end of `up` sees the end of this process all the same.
  const flags = constants.O_RDWR | constants.O_NONBLOCK;
  const descriptor = openSync(up, flags);
  const out = new Socket({ fd: descriptor, readable: false, writable: true });
  const buffer = Buffer.alloc(CHUNK_BYTES);
  const options: SocketConstructorOpts & { onread: OnReadOpts } = {
    ...{ fd: openSync(down, flags), readable: true, writable: false },
    onread: {
      buffer,
      callback(count) {
        arrived();
        hear(buffer.subarray(0, count));
        return true;
      },
    },
  };
  const into = new Socket(options);
  for (const each of [out, into]) each.on("error", () => {});
  return {
    ready,
    send(bytes) {
      const written = out.writableLength === 0 && !out.destroyed ? writeNow(descriptor, bytes) : 0;
      if (written < bytes.length) out.write(bytes.subarray(written));
    },
    listen(listener) {
      hear = listener;
      for (const bytes of early.splice(0)) listener(bytes);
    },
    close() {
      out.destroy();
      into.destroy();
    },
  };
}

/** What the pipe has room for; a stream costs several times as much. */
function writeNow(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    throw error;
  }
}
