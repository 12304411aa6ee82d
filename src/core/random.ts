/**
 * Seeded random numbers: the only source of chance in hilt. The generator is xoshiro128** (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", 2018), seeded through splitmix64 as its authors advise.
 */
export class Random {
  readonly seed: bigint;
  readonly #state: Uint32Array;

  constructor(seed: bigint) {
    this.seed = BigInt.asUintN(64, seed);
    this.#state = new Uint32Array(4);
    let x = this.seed;
    for (let i = 0; i < 4; i += 2) {
      x = BigInt.asUintN(64, x + 0x9e3779b97f4a7c15n);
      const mixed = splitmix64(x);
      this.#state[i] = Number(mixed & 0xffffffffn);
      this.#state[i + 1] = Number(mixed >> 32n);
    }
  }

  /** A stream of its own for `name`: adding a consumer does not disturb the others. */
  fork(name: string): Random {
    let hash = 0xcbf29ce484222325n;
    for (const byte of Buffer.from(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    return new Random(splitmix64(this.seed ^ hash));
  }

  /** Uniform in 0 to 2^32 - 1. */
  uint32(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  uint64(): bigint {
    return (BigInt(this.uint32()) << 32n) | BigInt(this.uint32());
  }

  /** Uniform integer from `low` to `high`, both included; the range must be at most 2^32 wide. */
  integer(low: number, high: number): number {
    const width = high - low + 1;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || width < 1 || width > 2 ** 32) {
      throw new RangeError(`no integer between ${low} and ${high}`);
    }
    let draw = this.uint32();
    // The last draws, too few for the whole width, would favour small numbers. Most are not among them, whatever the width.
    if (draw >= 2 ** 32 - width) {
      const limit = 2 ** 32 - (2 ** 32 % width);
      while (draw >= limit) draw = this.uint32();
    }
    return low + (draw % width);
  }

  /** Log-uniform integer from `low` (at least 1) to `high`: as many draws in 1 to 16 as in 4096 to 65536. */
  logInteger(low: number, high: number): number {
    const u = this.uint32() / 2 ** 32;
    const value = Math.floor(Math.exp(Math.log(low) + u * (Math.log(high + 1) - Math.log(low))));
    return Math.min(high, Math.max(low, value));
  }

  bytes(lengthBytes: number): Uint8Array {
    const words = new Uint32Array(Math.ceil(lengthBytes / 4));
    for (let i = 0; i < words.length; i++) words[i] = this.uint32();
    return new Uint8Array(words.buffer, 0, lengthBytes);
  }

  /** In place, Fisher-Yates. */
  shuffle<Items extends unknown[] | Int32Array>(items: Items): Items {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function splitmix64(x: bigint): bigint {
  let z = BigInt.asUintN(64, x);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
