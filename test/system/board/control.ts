import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

/** Codes of requests in docs/wire.md. */
export const requests = {
  hello: 1,
  cycle: 2,
  reset: 4,
  wavesOn: 5,
  wavesOff: 6,
  disturb: 7,
  unplug: 8,
  events: 9,
  line: 11,
  end: 12,
} as const;

export interface Disturbances {
  readonly seed?: number;
  /** Of a thousand million. */
  readonly bitErrors?: number;
  readonly lost?: number;
  readonly garbage?: number;
  readonly packetBytes?: number;
  readonly latencyMs?: number;
  readonly bufferBytes?: number;
  readonly directions?: number;
}

/** The control channel by its bytes. */
export class Control {
  readonly #socket: Socket;
  #input = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.#input = Buffer.concat([this.#input, bytes]);
      socket.emit("more");
    });
    socket.on("error", () => {});
  }

  static async open(path: string): Promise<Control> {
    const socket = createConnection(path);
    await once(socket, "connect");
    return new Control(socket);
  }

  /** The next message; throws for an answer that says `failed`. */
  async next(): Promise<{ flags: number; code: number; payload: Buffer }> {
    for (;;) {
      const input = this.#input;
      const length = input.length < 4 ? 0 : input.readUInt16LE(2);
      if (input.length >= 4 + length) {
        this.#input = input.subarray(4 + length);
        const payload = input.subarray(4, 4 + length);
        const flags = input.readUInt8(0) & 15;
        if ((flags & 2) !== 0) throw new Error(payload.toString());
        return { flags, code: input.readUInt8(1), payload };
      }
      await once(this.#socket, "more");
    }
  }

  async ask(code: number, payload: Buffer = Buffer.alloc(0)): Promise<Buffer> {
    const header = Buffer.from([0xf0, code, payload.length & 255, payload.length >> 8]);
    this.#socket.write(Buffer.concat([header, payload]));
    for (;;) {
      const message = await this.next();
      if ((message.flags & 1) !== 0) return message.payload;
    }
  }

  async disturb(set: Disturbances): Promise<void> {
    const payload = Buffer.alloc(28);
    payload.writeUInt32LE(set.seed ?? 1, 0);
    payload.writeUInt32LE(set.bitErrors ?? 0, 4);
    payload.writeUInt32LE(set.lost ?? 0, 8);
    payload.writeUInt32LE(set.garbage ?? 0, 12);
    payload.writeUInt16LE(set.packetBytes ?? 0, 16);
    payload.writeUInt16LE(set.latencyMs ?? 0, 18);
    payload.writeUInt32LE(set.bufferBytes ?? 0, 20);
    payload.writeUInt8(set.directions ?? 0, 24);
    await this.ask(requests.disturb, payload);
  }

  /** `cycle`: in which it is to happen; by default at once. */
  async unplug(durationMs: number, cycle?: number): Promise<void> {
    const payload = Buffer.alloc(4);
    payload.writeUInt32LE(durationMs);
    await this.ask(requests.unplug, Buffer.concat([payload, ...wide(cycle)]));
  }

  async reset(cycle?: number): Promise<void> {
    await this.ask(requests.reset, Buffer.concat(wide(cycle)));
  }

  async line() {
    const counts = await this.ask(requests.line);
    const names = ["flippedBits", "lost", "inserted", "overflowed", "framingErrors"] as const;
    return {
      up: Number(counts.readBigUInt64LE(0)),
      down: Number(counts.readBigUInt64LE(8)),
      ...(Object.fromEntries(
        names.map((name, index) => [name, counts.readUInt32LE(16 + 4 * index)]),
      ) as Record<(typeof names)[number], number>),
    };
  }

  close(): void {
    this.#socket.destroy();
  }
}

function wide(cycle: number | undefined): Buffer[] {
  if (cycle === undefined) return [];
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(cycle));
  return [bytes];
}
