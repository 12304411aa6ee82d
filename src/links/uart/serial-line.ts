import { realpathSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { SerialPort } from "serialport";
import { SerialPortError } from "./errors.ts";
import { PolledPort } from "./polled-port.ts";

/** A port that was closed a moment ago may still be locked. */
const LOCKED_MS = 1000;
const LOCKED_AGAIN_MS = 100;
/** Whoever is at the other end may not take what is left. */
const CLOSING_MS = 1000;
/** A port whose device has gone does not always say so: it is looked for. */
const WATCH_MS = 250;

export interface SerialLineOptions {
  readonly path: string;
  readonly baudRate: number;
  /** The bytes are the receiver's own only until it returns. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Called once when the line ends otherwise than by `close`. */
  readonly onGone: (why: string) => void;
}

/** An open serial port, which nobody else has. */
export class SerialLine {
  readonly #port: SerialPort;
  readonly #polled: PolledPort;
  readonly #options: SerialLineOptions;
  #isClosing = false;
  #watch: NodeJS.Timeout | undefined;

  private constructor(port: SerialPort, options: SerialLineOptions) {
    this.#port = port;
    this.#options = options;
    this.#polled = new PolledPort(port, {
      onBytes: options.onBytes,
      onGone: (why) => this.#gone(why),
    });
    port.on("error", (error) => this.#gone(error.message));
    const device = deviceAt(options.path);
    this.#watch = setInterval(() => {
      if (deviceAt(options.path) !== device) this.#gone("the port is not there any more");
    }, WATCH_MS);
    this.#watch.unref();
  }

  /** Throws `SerialPortError`. */
  static async open(options: SerialLineOptions): Promise<SerialLine> {
    const { path, baudRate } = options;
    // Closing must not drop DTR: on many boards that is a reset.
    const port = new SerialPort({ path, baudRate, autoOpen: false, lock: true, hupcl: false });
    for (const start = performance.now(); ; await sleep(LOCKED_AGAIN_MS)) {
      const error = await opening(port);
      if (error === null) break;
      if (isLocked(error) && performance.now() - start < LOCKED_MS) continue;
      throw await refusal(path, baudRate, error);
    }
    return new SerialLine(port, options);
  }

  /** Asks the adapter not to hold bytes back; a port that has no such thing, as a pseudo-terminal, is left as it is. */
  async hurry(): Promise<void> {
    await new Promise<void>((resolve) => {
      // The types of the package have no setting for it; its binding for Linux has.
      const settings = { lowLatency: true, dtr: true, rts: true };
      this.#port.set(settings, () => resolve());
    });
  }

  write(bytes: Uint8Array): void {
    this.#polled.write(bytes);
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    clearInterval(this.#watch);
    // Closing cuts off what is being written: whatever is left is written first.
    await Promise.race([this.#polled.written(), sleep(CLOSING_MS, undefined, { ref: false })]);
    this.#polled.stop();
    await this.#closePort();
  }

  #closePort(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#port.isOpen) resolve();
      else this.#port.close(() => resolve());
    });
  }

  #gone(why: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    clearInterval(this.#watch);
    this.#polled.stop();
    void this.#closePort();
    this.#options.onGone(why);
  }
}

/** Of the device behind a path that may be a link; undefined when there is none. */
function deviceAt(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    const { rdev, ino } = statSync(real);
    return `${real} ${rdev} ${ino}`;
  } catch {
    return undefined;
  }
}

function opening(port: SerialPort): Promise<Error | null> {
  return new Promise((resolve) => {
    port.open((error) => resolve(error));
  });
}

function isLocked(error: Error): boolean {
  return error.message.includes("Cannot lock port");
}

async function refusal(path: string, baudRate: number, cause: Error): Promise<SerialPortError> {
  const { message } = cause;
  if (isLocked(cause)) return new SerialPortError(`${path}: another program has this port`, { cause });
  if (/permission denied/i.test(message))
    return new SerialPortError(`${path}: no permission to open it`, { cause });
  if (/no such file/i.test(message)) {
    const ports = await SerialPort.list().catch(() => []);
    const known = ports.map((port) => port.path).sort();
    const there = known.length === 0 ? "no serial port was found" : `there is ${known.join(", ")}`;
    return new SerialPortError(`${path}: no such port; ${there}`, { cause });
  }
  if (/is a directory|inappropriate ioctl/i.test(message))
    return new SerialPortError(`${path}: not a serial port`, { cause });
  return new SerialPortError(`${path} at ${baudRate} baud: ${message}`, { cause });
}
