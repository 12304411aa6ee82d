import type { Direction, LinkEvent } from "../../bus/event.ts";
import { logicalAddress } from "../../core/address.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { type DownMessage, Status, type StatusCode, type UpMessage } from "../../wire/message.ts";
import type { BoardWindows } from "./board-windows.ts";
import type { MemoryErrors } from "./memory-errors.ts";

/** Reads are checked in words of the widest bus: they have no strobes. */
export const READ_UNIT = 8;
export const WRITE_UNIT = 1;
/** Bursts that one message answers. */
const MOST_BURSTS = 256;
const NO_DATA = new Uint8Array();

type MemoryWrite = Extract<DownMessage, { kind: "memory-write" }>;

export interface MemoryServerParts {
  readonly memory: PhysicalMemory;
  readonly windows: BoardWindows;
  readonly errors: MemoryErrors;
  /** Bytes of the device's bus: of a beat. */
  readonly wordBytes: number;
  /** Somebody listens to events. */
  readonly isHeard: () => boolean;
  readonly onEvent: (event: LinkEvent) => void;
  readonly cycle: () => number;
  readonly send: (message: UpMessage) => void;
}

/** Serves the device's reads and writes of host memory, in the windows that are open. */
export class MemoryServer {
  readonly #parts: MemoryServerParts;
  /** Of the burst that is under way: the first word that was not okay. */
  #burst: StatusCode = Status.okay;
  /** The word that was written last in it: its other bytes may come in another message. */
  #lastWord = -1;
  #lastWordStatus: StatusCode = Status.okay;
  /** Bursts of one status that have not been answered. */
  #written = { status: Status.okay as StatusCode, bursts: 0 };

  constructor(parts: MemoryServerParts) {
    this.#parts = parts;
  }

  read(address: bigint, lengthBytes: number): void {
    const { memory, windows, errors, send } = this.#parts;
    const at = Number(address);
    this.#hear("read", at, lengthBytes);
    const whole = errors.isQuiet ? windows.rangeOf(at, lengthBytes, "read") : -1;
    if (whole >= 0) {
      const data = memory.bytes.subarray(whole, whole + lengthBytes);
      send({ kind: "memory-data", status: Status.okay, lengthBytes, data });
      return;
    }
    for (const { length, status, offset } of this.#pieces(at, lengthBytes, "read")) {
      const data = status === Status.okay ? memory.bytes.subarray(offset, offset + length) : NO_DATA;
      send({ kind: "memory-data", status, lengthBytes: length, data });
    }
  }

  write({ address, data, isEnd }: MemoryWrite): void {
    const at = Number(address);
    if (data.length > 0) {
      this.#hear("write", at, data.length);
      this.#put(at, data);
    }
    if (isEnd) this.#end();
  }

  /** Answers the bursts that have ended. */
  flush(): void {
    const { status, bursts } = this.#written;
    if (bursts === 0) return;
    this.#written = { status, bursts: 0 };
    this.#parts.send({ kind: "memory-written", status, bursts });
  }

  #end(): void {
    const status = this.#burst;
    this.#burst = Status.okay;
    this.#lastWord = -1;
    if (status !== this.#written.status || this.#written.bursts === MOST_BURSTS) this.flush();
    this.#written = { status, bursts: this.#written.bursts + 1 };
  }

  #put(at: number, data: Uint8Array): void {
    const { memory, windows, errors } = this.#parts;
    const whole = errors.isQuiet ? windows.rangeOf(at, data.length, "write") : -1;
    if (whole >= 0) {
      memory.bytes.set(data, whole);
      this.#hearWritten(at, data);
      return;
    }
    for (const { from, length, status, offset } of this.#pieces(at, data.length, "write")) {
      if (status !== Status.okay) {
        if (this.#burst === Status.okay) this.#burst = status;
        continue;
      }
      const bytes = data.subarray(from - at, from - at + length);
      memory.bytes.set(bytes, offset);
      this.#hearWritten(from, bytes);
    }
  }

  /** A range in pieces, each of one status, and next to each other in memory where that is okay. */
  #pieces(at: number, lengthBytes: number, direction: Direction): Piece[] {
    const { wordBytes } = this.#parts;
    const pieces: Piece[] = [];
    const end = at + lengthBytes;
    for (let from = at; from < end; ) {
      const to = Math.min(end, from - (from % wordBytes) + wordBytes);
      this.#addWord(pieces, from, to, direction);
      from = to;
    }
    return pieces;
  }

  /** Words of reads are checked as a whole, bytes of writes one by one. */
  #addWord(pieces: Piece[], first: number, end: number, direction: Direction): void {
    const { windows } = this.#parts;
    const asked = this.#beat(first, direction);
    const [step, unit] = direction === "read" ? [end - first, READ_UNIT] : [1, WRITE_UNIT];
    let fault = -1;
    let isAllowed = false;
    for (let from = first; from < end; from += step) {
      const offset = windows.offsetOf(from, direction, unit);
      if (offset < 0 && fault < 0) fault = from;
      isAllowed ||= offset >= 0;
      addPiece(pieces, { from, length: step, offset, status: offset < 0 ? Status.decodeError : asked });
    }
    if (fault >= 0) this.#tell("fault", direction, fault);
    if (isAllowed && asked !== Status.okay) this.#tell("injected-error", direction, first);
  }

  /** What a test has asked for the word at `from`. A word counts once in a burst of writes, however many messages it comes in. */
  #beat(from: number, direction: Direction): StatusCode {
    const { errors, wordBytes } = this.#parts;
    if (direction === "read") return errors.beat(from, direction);
    const word = from - (from % wordBytes);
    if (word !== this.#lastWord) this.#lastWordStatus = errors.beat(from, direction);
    this.#lastWord = word;
    return this.#lastWordStatus;
  }

  #hear(direction: Direction, at: number, lengthBytes: number): void {
    const { isHeard, onEvent, cycle } = this.#parts;
    if (!isHeard()) return;
    const address = logicalAddress(BigInt(at));
    onEvent({ kind: "access", cycle: cycle(), direction, address, lengthBytes });
  }

  #hearWritten(at: number, bytes: Uint8Array): void {
    const { isHeard, onEvent, cycle } = this.#parts;
    if (!isHeard()) return;
    onEvent({ kind: "written", cycle: cycle(), address: logicalAddress(BigInt(at)), bytes });
  }

  #tell(kind: "fault" | "injected-error", direction: Direction, at: number): void {
    const { onEvent, cycle } = this.#parts;
    onEvent({ kind, cycle: cycle(), direction, address: logicalAddress(BigInt(at)) });
  }
}

interface Piece {
  readonly from: number;
  readonly length: number;
  readonly status: StatusCode;
  /** In the bytes of memory; -1 where no window allows the access. */
  readonly offset: number;
}

function addPiece(pieces: Piece[], piece: Piece): void {
  const before = pieces.at(-1);
  const isNext =
    before?.status === piece.status &&
    (piece.status !== Status.okay || before.offset + before.length === piece.offset);
  if (isNext) pieces[pieces.length - 1] = { ...before, length: before.length + piece.length };
  else pieces.push(piece);
}
