import type { InterruptListener } from "../../src/bus/interrupt-listener.ts";
import type { Link } from "../../src/bus/link.ts";
import { logicalAddress } from "../../src/core/address.ts";
import { Random } from "../../src/core/random.ts";
import { type ChannelId, field, RegisterFile } from "../../src/driver/register-file.ts";

/** Bytes that a round moves each way: half of the card's memory. */
export const ROUND_BYTES = 8192;
/** In the bank, with room for an offset in the page. */
const SOURCE = 0x1_0000;
const TARGET = 0x8_0000;
const PAGE_BYTES = 4096;
/** Of host memory that nobody has written. */
const UNTOUCHED = 0xa5;
/** In which a transfer gets on by something, however bad the line. */
const LIMIT_MS = 60_000;
/** Of 256 bytes: about so many accesses of host memory has a round. */
const ACCESSES = (2 * ROUND_BYTES) / 256;

const cause = (name: "H2C_DONE" | "C2H_DONE" | "H2C_ERROR" | "C2H_ERROR") => field("IRQ_STATUS", name).mask;
const DONE = { h2c: cause("H2C_DONE"), c2h: cause("C2H_DONE") };
const ERRORS = cause("H2C_ERROR") | cause("C2H_ERROR");

/** How far the traffic of a campaign has come, as plain data: another process can go on with it. */
export interface Progress {
  /** The next round. */
  readonly round: number;
  /** Rounds that were cut off: their bytes have reached the card, or not, or in part. */
  readonly cut: readonly number[];
  /** The first round of which the card can know: its memory was lost before it. */
  readonly since: number;
}

export const beginning: Progress = { round: 0, cut: [], since: 0 };

/** What a round sends to the card. */
function sentIn(seed: number, round: number): Uint8Array {
  return new Random((BigInt(seed) << 32n) | BigInt(round)).bytes(ROUND_BYTES);
}

/**
 * What a half of the card may hold when `round` reads it, most likely first: each byte is of one of them. Undefined when that is not
 * known.
 */
function heldBefore(seed: number, { round, cut, since }: Progress): Uint8Array[] | undefined {
  const held: Uint8Array[] = [];
  for (let from = round - 1; from >= since; from -= 2) {
    held.push(sentIn(seed, from));
    if (!cut.includes(from)) return held;
  }
  return undefined;
}

/**
 * Rounds of a transfer to the card and one from it at the same time, each in another half of the card's memory: what a round
 * sends, the next one reads. After each, all of host memory is compared with what it must be.
 */
export class Traffic {
  readonly #link: Link;
  readonly #seed: number;
  readonly #registers: RegisterFile;
  readonly #interrupt: InterruptListener;
  readonly #expected: Buffer;
  #written = 0;
  #accesses = 0;
  #strike: { readonly access: number; readonly now: () => void } | undefined;

  constructor(link: Link, seed: number) {
    this.#link = link;
    this.#seed = seed;
    this.#registers = new RegisterFile(link);
    this.#interrupt = link.listen();
    link.memory.bytes.fill(UNTOUCHED);
    this.#expected = Buffer.alloc(link.memory.bytes.length, UNTOUCHED);
    const listener = (event: Parameters<Parameters<Link["onEvent"]>[0]>[0]) => {
      if (event.kind === "written") this.#written += event.bytes.length;
      if (event.kind === "fault") throw new Error(`an access outside every window, at ${event.address}`);
      if (event.kind !== "access") return;
      this.#accesses++;
      if (this.#accesses === this.#strike?.access) this.#strike.now();
    };
    link.onEvent(listener, { bytes: true });
  }

  /** Bytes that it has moved each way. `strike` is called in the midst of it. Throws at the first byte that is wrong. */
  async round(progress: Progress, strike?: () => Promise<void>): Promise<void> {
    const { round } = progress;
    const random = new Random((BigInt(this.#seed) << 32n) | BigInt(round)).fork("places");
    const held = heldBefore(this.#seed, progress);
    const [from, to] = [SOURCE, TARGET].map((base) => base + random.integer(0, PAGE_BYTES - 1)) as [
      number,
      number,
    ];
    this.#put(from, sentIn(this.#seed, round));
    this.#written = this.#accesses = 0;
    const struck = this.#when(random.integer(1, held === undefined ? ACCESSES / 2 : ACCESSES), strike);
    const windows = [this.#open(from, "read"), this.#open(to, "write")];
    const half = (round % 2) * ROUND_BYTES;
    try {
      await this.#list(round);
      this.#start("h2c", from, half);
      if (held !== undefined) this.#start("c2h", to, ROUND_BYTES - half);
      await this.#finish(held === undefined ? ["h2c"] : ["h2c", "c2h"]);
      await struck;
    } catch (error) {
      // What came of it before, is as it must be, too.
      this.#compare(round, to, held === undefined ? [] : [...held, Buffer.alloc(ROUND_BYTES, UNTOUCHED)]);
      throw error;
    } finally {
      for (const window of windows) window.close();
    }
    this.#compare(round, to, held);
    const wanted = held === undefined ? 0 : ROUND_BYTES;
    if (this.#written !== wanted)
      throw new Error(`round ${round}: the device has written ${this.#written} bytes, not ${wanted}`);
    this.#put(to, new Uint8Array(ROUND_BYTES).fill(UNTOUCHED));
  }

  #when(access: number, strike: (() => Promise<void>) | undefined): Promise<void> {
    this.#strike = undefined;
    if (strike === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#strike = { access, now: () => void strike().then(resolve, reject) };
    });
  }

  #put(at: number, bytes: Uint8Array): void {
    this.#link.memory.bytes.set(bytes, at);
    this.#expected.set(bytes, at);
  }

  #open(offset: number, access: "read" | "write") {
    const physical = this.#link.memory.addressOf(offset);
    const logical = logicalAddress(BigInt(physical));
    return this.#link.windows.open({ logical, physical, lengthBytes: ROUND_BYTES, access, use: "mapped" });
  }

  /** Each write is seen by the read after it: none is lost, none is done again later. */
  async #list(round: number): Promise<void> {
    const address = this.#registers.global.addressOf("SCRATCH");
    const values = Array.from({ length: 8 }, (_, index) => round * 8 + index);
    const got = await this.#link.perform(
      values.flatMap((value) => [
        { kind: "write", address, value } as const,
        { kind: "read", address } as const,
      ]),
    );
    if (got.join() !== values.join())
      throw new Error(`round ${round}: SCRATCH was written ${values}, and read ${got}`);
  }

  #start(channel: ChannelId, offset: number, card: number): void {
    const { global, [channel]: own } = this.#registers;
    const address = BigInt(this.#link.memory.addressOf(offset));
    global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
    global.write("IRQ_ENABLE", DONE.h2c | DONE.c2h | ERRORS);
    own.write("HOST_ADDRESS_LOW", Number(address & 0xffff_ffffn));
    own.write("HOST_ADDRESS_HIGH", Number(address >> 32n));
    own.write("CARD_ADDRESS", card);
    own.write("LENGTH", ROUND_BYTES);
    own.write("COMMAND", field("COMMAND", "START").mask);
  }

  /** By interrupts: whatever the device has written before one is in host memory when it comes. */
  async #finish(channels: readonly ChannelId[]): Promise<void> {
    const { global } = this.#registers;
    const [status, scratch] = [global.addressOf("IRQ_STATUS"), global.addressOf("SCRATCH")];
    const limit = (LIMIT_MS * this.#link.clock.frequencyHz) / 1000;
    for (let left = [...channels]; left.length > 0; ) {
      if (!(await this.#interrupt.wait(limit)))
        throw new Error(`no interrupt of ${left} in ${LIMIT_MS / 1000} s`);
      const causes = await this.#link.readRegister(status);
      if ((causes & ERRORS) !== 0) throw new Error(`interrupts 0x${causes.toString(16)}`);
      this.#link.writeRegister(status, causes);
      left = left.filter((channel) => (causes & DONE[channel]) === 0);
    }
    const residues = channels.map((channel) => this.#registers[channel].addressOf("RESIDUE"));
    const got = await this.#link.perform(
      [...residues, scratch].map((address) => ({ kind: "read", address })),
    );
    if (got.slice(0, -1).some((residue) => residue !== 0)) throw new Error(`bytes are left: ${got}`);
  }

  /** `held`: of which each byte of the target may be. */
  #compare(round: number, target: number, held: readonly Uint8Array[] | undefined): void {
    const found = this.#link.memory.bytes;
    for (let at = 0; held !== undefined && at < ROUND_BYTES; at++) {
      const byte = found[target + at] as number;
      const choice = held.find((bytes) => bytes[at] === byte);
      this.#expected[target + at] = choice === undefined ? (held[0]?.[at] ?? UNTOUCHED) : byte;
    }
    if (this.#expected.equals(found)) return;
    const at = found.findIndex((byte, index) => byte !== this.#expected[index]);
    throw new Error(`round ${round}: byte ${at} of host memory is ${found[at]}, not ${this.#expected[at]}`);
  }
}
