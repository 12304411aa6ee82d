import { Random } from "../../src/core/random.ts";
import type { SessionLost } from "../../src/wire/errors.ts";
import { HostSession } from "../../src/wire/host-session.ts";
import type { Identity } from "../../src/wire/identity.ts";
import { BoardSession } from "./board-session.ts";
import { type Disturbance, SimulatedLine } from "./simulated-line.ts";
import { VirtualTime } from "./virtual-time.ts";

export const identity: Identity = {
  ...{ version: 1, registerBits: 32, memoryBits: 32, memoryAddressBits: 64, registerAddressBits: 16 },
  ...{ interruptLines: 1, mtu: 1024, receiveRing: 4096, transmitRing: 4096, clockHz: 12_000_000 },
  ...{ buildHash: 0x12345678, readAhead: 2048, reason: 0 },
};

export interface PairOptions {
  readonly seed?: bigint;
  readonly disturbance?: Disturbance;
  readonly identity?: Partial<Identity>;
  readonly onBoardBytes?: (bytes: Uint8Array) => void;
  readonly onHostBytes?: (bytes: Uint8Array) => void;
  readonly onHostReceived?: () => void;
  readonly onNew?: () => void;
  /** 3 Mbaud by default. */
  readonly bytesPerMs?: number;
  /** The line is slower than the host has been told, so many times. */
  readonly slower?: number;
  readonly delayMs?: number;
}

/** A host and a board at the two ends of a simulated line. */
export class Pair {
  readonly time = new VirtualTime();
  readonly random: Random;
  readonly host: HostSession;
  readonly board: BoardSession;
  readonly up: SimulatedLine;
  readonly down: SimulatedLine;
  readonly lost: SessionLost[] = [];
  /** What each end has got of the other's stream. */
  readonly atHost: Buffer[] = [];
  readonly atBoard: Buffer[] = [];

  constructor(options: PairOptions = {}) {
    const { seed = 1n, disturbance = {}, bytesPerMs = 300, slower = 1, delayMs = 1 } = options;
    const { time } = this;
    this.random = new Random(seed);
    const line = {
      time,
      random: this.random.fork("line"),
      delayMs,
      disturbance,
      bytesPerMs: bytesPerMs / slower,
    };
    this.up = new SimulatedLine({ ...line, receive: (bytes) => this.board.receive(bytes) });
    this.down = new SimulatedLine({ ...line, receive: (bytes) => this.host.receive(bytes) });
    const tokens = this.random.fork("tokens");
    this.host = new HostSession({
      clock: time,
      token: () => tokens.integer(0, 0xffff),
      bytesPerSecond: bytesPerMs * 1000,
      write: (bytes) => this.up.write(bytes),
      onBytes: options.onHostBytes ?? ((bytes) => this.atHost.push(Buffer.from(bytes))),
      onReceived: () => options.onHostReceived?.(),
      onLost: (error) => this.lost.push(error),
    });
    this.board = new BoardSession({
      clock: time,
      identity: { ...identity, ...options.identity },
      write: (bytes) => this.down.write(bytes),
      busyMs: () => this.down.busyMs,
      onNew: () => {
        this.atBoard.length = 0;
        options.onNew?.();
      },
      onBytes:
        options.onBoardBytes ??
        ((bytes) => {
          this.atBoard.push(Buffer.from(bytes));
          this.board.release(bytes.length);
        }),
    });
    this.board.reset();
  }

  /** Lets time pass until `promise` is settled. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    promise.then(over, over);
    await this.time.run(() => isOver);
    return await promise;
  }

  async begin(limitMs = 5000): Promise<Identity> {
    this.atHost.length = 0;
    this.lost.length = 0;
    return await this.settled(this.host.begin(limitMs));
  }
}
