import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

/** What the slot may reach of a client that passes no descriptors. */
export interface RawMemory {
  read(address: bigint, lengthBytes: number): Uint8Array | undefined;
  write(address: bigint, bytes: Uint8Array): boolean;
}

interface Answer {
  readonly errno: number;
  readonly payload: Buffer;
}

const DMA_READ = 11;
const DMA_WRITE = 12;
const EFAULT = 14;

/**
 * A client of vfio-user that has nothing of hilt's: a socket of Node's, so it cannot pass descriptors, and the slot asks for
 * memory by messages.
 */
export class RawClient implements Disposable {
  readonly #socket: Socket;
  readonly #memory: RawMemory;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #rest = Buffer.alloc(0);
  #id = 0;
  /** Requests of the slot for memory. */
  asked = 0;

  private constructor(socket: Socket, memory: RawMemory) {
    this.#socket = socket;
    this.#memory = memory;
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("error", () => {});
  }

  static async connect(path: string, memory: RawMemory): Promise<RawClient> {
    const socket = createConnection(path);
    await once(socket, "connect");
    const client = new RawClient(socket, memory);
    const version = Buffer.concat([Buffer.from([0, 0, 1, 0]), Buffer.from('{"capabilities":{}}\0')]);
    await client.request(1, version);
    return client;
  }

  /** `flags`: 0 is a command. */
  request(command: number, payload: Uint8Array, flags = 0): Promise<Answer> {
    this.#id = (this.#id + 1) & 0xffff;
    const id = this.#id;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#send(id, command, flags, 0, payload);
    return answer;
  }

  async region(index: number, offset: number, bytes: number): Promise<Answer> {
    return await this.request(9, access(index, offset, bytes));
  }

  /** Posted. */
  write(index: number, offset: number, value: number, bytes = 4): void {
    const data = Buffer.alloc(bytes);
    data.writeUIntLE(value, 0, bytes);
    this.#send(0, 10, 0x10, 0, Buffer.concat([access(index, offset, bytes), data]));
  }

  async read(index: number, offset: number, bytes = 4): Promise<number> {
    const { payload } = await this.region(index, offset, bytes);
    return payload.readUIntLE(16, bytes);
  }

  /** By messages. `access`: 1 the device reads, 2 it writes. */
  map(address: bigint, lengthBytes: number, rights: number): Promise<Answer> {
    const payload = Buffer.alloc(32);
    payload.writeUInt32LE(32, 0);
    payload.writeUInt32LE(rights, 4);
    payload.writeBigUInt64LE(address, 16);
    payload.writeBigUInt64LE(BigInt(lengthBytes), 24);
    return this.request(2, payload);
  }

  unmap(address: bigint, lengthBytes: number): Promise<Answer> {
    const payload = Buffer.alloc(24);
    payload.writeUInt32LE(24, 0);
    payload.writeBigUInt64LE(address, 8);
    payload.writeBigUInt64LE(BigInt(lengthBytes), 16);
    return this.request(3, payload);
  }

  /** Takes nothing of what the slot sends from now on. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Sends requests without a pause, and answers none; resolves when the slot has ended the connection. */
  flood(command: number, payload: Uint8Array): Promise<void> {
    this.#socket.removeAllListeners("data").resume();
    const closed = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    const next = (error?: Error | null): void => {
      if (error) return;
      for (let count = 0; count < 100; count++) this.#send(count, command, 0, 0, payload);
      this.#socket.write("", next);
    };
    next();
    return closed;
  }

  /** Sends bytes that are no message. */
  spoil(bytes: Uint8Array): Promise<unknown> {
    this.#socket.write(bytes);
    return once(this.#socket, "close");
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 16 && this.#rest.length >= this.#rest.readUInt32LE(4)) {
      const message = this.#rest.subarray(0, this.#rest.readUInt32LE(4));
      this.#rest = this.#rest.subarray(message.length);
      const [id, command, flags] = [
        message.readUInt16LE(0),
        message.readUInt16LE(2),
        message.readUInt32LE(8),
      ];
      if ((flags & 0xf) === 0) this.#serve(id, command, message.subarray(16));
      else {
        const errno = (flags & 0x20) === 0 ? 0 : message.readUInt32LE(12);
        this.#waiting.get(id)?.({ errno, payload: Buffer.from(message.subarray(16)) });
        this.#waiting.delete(id);
      }
    }
  }

  #serve(id: number, command: number, payload: Buffer): void {
    this.asked++;
    const address = payload.readBigUInt64LE(0);
    const count = Number(payload.readBigUInt64LE(8));
    const head = payload.subarray(0, 16);
    if (command === DMA_READ) {
      const bytes = this.#memory.read(address, count);
      if (bytes === undefined) this.#send(id, command, 0x21, EFAULT, new Uint8Array());
      else this.#send(id, command, 1, 0, Buffer.concat([head, bytes]));
    } else if (command === DMA_WRITE) {
      const isDone = this.#memory.write(address, payload.subarray(16));
      this.#send(id, command, isDone ? 1 : 0x21, isDone ? 0 : EFAULT, isDone ? head : new Uint8Array());
    }
  }

  #send(id: number, command: number, flags: number, errno: number, payload: Uint8Array): void {
    const header = Buffer.alloc(16);
    header.writeUInt16LE(id, 0);
    header.writeUInt16LE(command, 2);
    header.writeUInt32LE(16 + payload.length, 4);
    header.writeUInt32LE(flags, 8);
    header.writeUInt32LE(errno, 12);
    this.#socket.write(Buffer.concat([header, payload]));
  }
}

function access(index: number, offset: number, bytes: number): Buffer {
  const payload = Buffer.alloc(16);
  payload.writeBigUInt64LE(BigInt(offset), 0);
  payload.writeUInt32LE(index, 8);
  payload.writeUInt32LE(bytes, 12);
  return payload;
}
