/**
 * A board's end of a serial line with the pace of a real one, in a process of its own behind a pseudo-terminal: what each
 * millisecond brings at 3 Mbaud is handed over as an adapter does it. Its device reads and writes host memory as fast as the line lets
 * it. It sends its parent the terminal's path, and ends with it.
 */
import { constants, openSync, readSync, writeSync } from "node:fs";
import { ioctl } from "../src/native/ioctl.ts";
import { DownEncoder } from "../src/wire/encode-message.ts";
import { upDecoder } from "../src/wire/up-decoder.ts";
import { BoardSession } from "../test/wire/board-session.ts";
import { identity } from "../test/wire/pair.ts";

const BYTES_PER_MS = 300;
/** What an adapter and the kernel keep at most for a process that is late. */
const MOST_BYTES_AT_ONCE = 4096;
const BURST_BYTES = 256;
const READS_IN_FLIGHT = 8;
/** So many writes a bridge has taken that are not answered: its ring is full of them. */
const WRITES_IN_FLIGHT = 16;
/** linux/asm-generic/ioctls.h */
const TIOCSPTLCK = 0x4004_5431;
const TIOCGPTN = 0x8004_5430;

const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
const terminal = openSync("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
const number = Buffer.alloc(4);
ioctl(terminal, TIOCSPTLCK, number);
ioctl(terminal, TIOCGPTN, number);

/** Bytes that are on the line, in one direction. */
class Queue {
  #bytes = Buffer.alloc(0);

  get length(): number {
    return this.#bytes.length;
  }

  push(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }

  take(most: number): Buffer {
    const taken = this.#bytes.subarray(0, most);
    this.#bytes = this.#bytes.subarray(taken.length);
    return taken;
  }
}

const down = new Queue();
const up = new Queue();
let address = 0n;
/** Of the device: it moves data from the first register access on. */
let isMoving = false;
let writing = 0;
let encoder = new DownEncoder();

const board = new BoardSession({
  clock: {
    now: () => performance.now(),
    after: (milliseconds, callback) => {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
    soon: (callback) => setImmediate(callback),
  },
  identity: { ...identity, registerAddressBits: 16 },
  write: (bytes) => down.push(bytes),
  busyMs: () => down.length / BYTES_PER_MS,
  onNew: () => {
    isMoving = false;
    writing = 0;
    encoder = new DownEncoder();
    decoder = newDecoder();
  },
  onBytes: (bytes) => {
    decoder.receive(bytes);
    board.release(bytes.length);
  },
});

function newDecoder() {
  return upDecoder((message) => {
    if (message.kind === "fence") board.send(encoder.encode({ kind: "fence-passed", mark: message.mark }));
    if (message.kind === "register-write") {
      board.send(encoder.encode({ kind: "register-written", status: 0 }));
      // The register is the address.
      address = BigInt(message.value);
      isMoving = true;
      for (let count = 0; count < READS_IN_FLIGHT; count++) ask();
    }
    if (message.kind === "memory-data") ask();
    if (message.kind === "memory-written") writing -= message.bursts;
  });
}
let decoder = newDecoder();

function ask(): void {
  board.send(encoder.encode({ kind: "memory-read", address, lengthBytes: BURST_BYTES }));
}

const data = Buffer.alloc(BURST_BYTES, 0x5a);
function write(): void {
  for (; isMoving && writing < WRITES_IN_FLIGHT; writing++)
    board.send(encoder.encode({ kind: "memory-write", address, data, isEnd: true }));
}

const room = Buffer.alloc(65_536);
function fromTerminal(): void {
  try {
    up.push(room.subarray(0, readSync(terminal, room)));
  } catch {
    // Nothing is there, or nobody has opened it.
  }
}

function toTerminal(bytes: Uint8Array): void {
  if (bytes.length > 0) writeSync(terminal, bytes);
}

let before = performance.now();
setInterval(() => {
  const now = performance.now();
  const share = Math.min(MOST_BYTES_AT_ONCE, Math.floor((now - before) * BYTES_PER_MS));
  before = now;
  fromTerminal();
  write();
  board.receive(up.take(share));
  toTerminal(down.take(share));
}, 1);
process.on("disconnect", () => process.exit());
board.reset();
process.send?.({ path: `/dev/pts/${number.readUInt32LE(0)}` });
