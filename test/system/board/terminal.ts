import { once } from "node:events";
import { SerialPort } from "serialport";

/** A serial port on a virtual board's terminal, as a host has it. */
export class Terminal {
  readonly port: SerialPort;
  #bytes = Buffer.alloc(0);

  private constructor(port: SerialPort) {
    this.port = port;
    port.on("data", (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      port.emit("more");
    });
    port.on("error", () => {});
  }

  static async open(path: string): Promise<Terminal> {
    const port = new SerialPort({ path, baudRate: 3_000_000, autoOpen: false });
    const terminal = new Terminal(port);
    await new Promise<void>((resolve, reject) =>
      port.open((error) => (error === null ? resolve() : reject(error))),
    );
    return terminal;
  }

  send(bytes: Uint8Array): void {
    this.port.write(Buffer.from(bytes));
  }

  /** What has come, when it is `count` bytes or more. */
  async receive(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) await once(this.port, "more");
    const got = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return got;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.port.close(() => resolve()));
  }
}
