import type { Random } from "../../../src/core/random.ts";
import type { DownMessage, StatusCode } from "../../../src/wire/message.ts";
import { SimulatedBoard } from "./simulated-board.ts";

export interface MemoryServerOptions {
  readonly wordBytes: number;
  readonly random: Random;
  /** What host memory answers at an address, which is a word's, or the first of a message. */
  readonly statusAt: (address: bigint) => StatusCode;
  /** Reads are answered in pieces. */
  readonly isCut: boolean;
}

/** Host memory as a device sees it: words that answer with errors, reads in pieces, the worst of a burst as its answer. */
export class MemoryServer {
  readonly #options: MemoryServerOptions;
  #worst: StatusCode = 0;

  constructor(options: MemoryServerOptions) {
    this.#options = options;
  }

  serve(board: SimulatedBoard, message: DownMessage): void {
    if (message.kind === "memory-read") this.#read(board, message.address, message.lengthBytes);
    else if (message.kind === "memory-write") this.#write(board, message);
  }

  #read(board: SimulatedBoard, address: bigint, lengthBytes: number): void {
    for (let from = 0; from < lengthBytes; ) {
      const length = this.#piece(address + BigInt(from), lengthBytes - from);
      const at = Number(address - SimulatedBoard.BASE) + from;
      const status = this.#options.statusAt(address + BigInt(from));
      const data = status === 0 ? board.memory.slice(at, at + length) : new Uint8Array();
      board.send({ kind: "memory-data", status, lengthBytes: length, data });
      from += length;
    }
  }

  /** Bytes that one message answers: a word with an error, or words without. */
  #piece(address: bigint, restBytes: number): number {
    const { wordBytes, random, statusAt, isCut } = this.#options;
    if (statusAt(address) !== 0) return wordBytes;
    const words = isCut ? random.integer(1, restBytes / wordBytes) : restBytes / wordBytes;
    let good = 1;
    while (good < words && statusAt(address + BigInt(good * wordBytes)) === 0) good++;
    return good * wordBytes;
  }

  #write(
    board: SimulatedBoard,
    { address, data, isEnd }: Extract<DownMessage, { kind: "memory-write" }>,
  ): void {
    if (data.length > 0) {
      const status = this.#options.statusAt(address);
      if (status === 0) board.memory.set(data, Number(address - SimulatedBoard.BASE));
      this.#worst = Math.max(this.#worst, status) as StatusCode;
    }
    if (!isEnd) return;
    board.send({ kind: "memory-written", status: this.#worst, bursts: 1 });
    this.#worst = 0;
  }
}
