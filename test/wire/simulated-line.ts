import type { Random } from "../../src/core/random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What a line suffers; probabilities are per byte. */
export interface Disturbance {
  readonly bitErrors?: number;
  readonly drops?: number;
  /** A burst of up to 64 bytes of noise before a byte. */
  readonly garbage?: number;
  /** The line stands still for `stallMs`. */
  readonly stalls?: number;
  readonly stallMs?: number;
}

export interface LineOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly bytesPerMs: number;
  readonly delayMs: number;
  readonly disturbance: Disturbance;
  readonly receive: (bytes: Uint8Array) => void;
}

/** One direction of a serial line: bytes leave at its rate, arrive later, and suffer on the way. */
export class SimulatedLine {
  disturbance: Disturbance;
  isCut = false;
  /** Bytes that were put on the line. */
  carried = 0;
  readonly #options: LineOptions;
  #freeAt = 0;

  constructor(options: LineOptions) {
    this.#options = options;
    this.disturbance = options.disturbance;
  }

  /** Milliseconds from now until the line has sent what it has. */
  get busyMs(): number {
    return Math.max(0, this.#freeAt - this.#options.time.now());
  }

  write(bytes: Uint8Array): void {
    const { time, bytesPerMs, delayMs, receive, random } = this.#options;
    this.carried += bytes.length;
    if (this.isCut) return;
    const stall = this.#happens(this.disturbance.stalls, bytes.length) ? (this.disturbance.stallMs ?? 0) : 0;
    this.#freeAt = Math.max(this.#freeAt, time.now()) + bytes.length / bytesPerMs + stall;
    const suffered = suffer(bytes, this.disturbance, random);
    time.after(this.#freeAt - time.now() + delayMs, () => {
      if (!this.isCut) receive(suffered);
    });
  }

  #happens(probability = 0, times = 1): boolean {
    return this.#options.random.uint32() / 2 ** 32 < probability * times;
  }
}

export function suffer(bytes: Uint8Array, disturbance: Disturbance, random: Random): Uint8Array {
  const { bitErrors = 0, drops = 0, garbage = 0 } = disturbance;
  if (bitErrors + drops + garbage === 0) return bytes.slice();
  const chance = (): number => random.uint32() / 2 ** 32;
  const out: number[] = [];
  for (const byte of bytes) {
    if (chance() < garbage) out.push(...random.bytes(random.integer(1, 64)));
    if (chance() < drops) continue;
    out.push(chance() < bitErrors * 8 ? byte ^ (1 << random.integer(0, 7)) : byte);
  }
  return Uint8Array.from(out);
}
