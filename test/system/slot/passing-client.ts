import { VfioUserClient } from "../../../src/links/slot/vfio-user-client.ts";
import { BUS_MASTER, COMMAND, CONFIG, MEMORY_ENABLE } from "./raw-device.ts";

const PAGE = 4096;

/** A client that passes descriptors of any kind. */
export class PassingClient implements Disposable {
  readonly #client: VfioUserClient;

  constructor(path: string) {
    this.#client = new VfioUserClient("slot", path, 20_000);
    this.#client.request(1, Buffer.from("\0\0\x01\0{}\0"));
    this.write(CONFIG, COMMAND, MEMORY_ENABLE | BUS_MASTER, 2);
  }

  async read(index: number, offset: number, bytes = 4): Promise<number> {
    return this.#client.request(9, access(index, offset, bytes)).readUIntLE(16, bytes);
  }

  write(index: number, offset: number, value: number, bytes = 4): void {
    const data = Buffer.alloc(bytes);
    data.writeUIntLE(value, 0, bytes);
    this.#client.post(10, Buffer.concat([access(index, offset, bytes), data]));
  }

  /** The first page of a file, to be read and written at `address`. */
  map(descriptor: number, address: bigint): void {
    const payload = Buffer.alloc(32);
    payload.writeUInt32LE(32, 0);
    payload.writeUInt32LE(3, 4);
    payload.writeBigUInt64LE(address, 16);
    payload.writeBigUInt64LE(BigInt(PAGE), 24);
    this.#client.request(2, payload, [descriptor]);
  }

  /** Messages of vector 0 by MSI. */
  signal(descriptor: number): void {
    const payload = Buffer.alloc(20);
    for (const [at, value] of [20, 0x24, 1, 0, 1].entries()) payload.writeUInt32LE(value, 4 * at);
    this.#client.request(8, payload, [descriptor]);
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}

function access(index: number, offset: number, bytes: number): Buffer {
  const payload = Buffer.alloc(16);
  payload.writeBigUInt64LE(BigInt(offset), 0);
  payload.writeUInt32LE(index, 8);
  payload.writeUInt32LE(bytes, 12);
  return payload;
}
