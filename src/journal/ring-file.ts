import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mapFile } from "../native/map-file.ts";
import { FILE_MEMORY_BYTES, writeAll } from "./journal-file.ts";
import type { JournalHeader } from "./journal-header.ts";
import { JournalRing, RING_BYTES } from "./journal-ring.ts";

/** The file: how many bytes the text has, 0 when nobody uses it; the ring; the memory of a file that grows; the text. */
const RING_AT = 8;
const FILE_AT = RING_AT + RING_BYTES;
const TEXT_AT = FILE_AT + FILE_MEMORY_BYTES;

/** What the journal of a test is, and where it is to stay. */
export interface JournalPlace {
  /** The file grows while the test runs. */
  readonly isWhole: boolean;
  /** Absolute. */
  readonly path: string;
  readonly header: JournalHeader;
}

/**
 * Memory of a ring that outlives its process: a file that is mapped into it. The system keeps what was written there,
 * whatever ends the process, and whoever started it finds it with `ringsLeft`.
 */
export class RingFile {
  readonly #descriptor: number;
  readonly #memory: Uint8Array;
  readonly #length: DataView;

  private constructor(descriptor: number, memory: Uint8Array) {
    this.#descriptor = descriptor;
    this.#memory = memory;
    this.#length = new DataView(memory.buffer, 0, RING_AT);
  }

  /** Throws an error of the file system, or `SystemCallError` where it cannot map files. */
  static open(path: string): RingFile {
    const descriptor = openSync(path, "w+");
    try {
      // A page that the disk has no room for would end the process when it is written to.
      writeAll(descriptor, new Uint8Array(TEXT_AT), 0);
      return new RingFile(descriptor, mapFile(descriptor, TEXT_AT));
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** An empty ring, in the place of the one before. */
  clear(): JournalRing {
    const bytes = this.#memory.subarray(RING_AT, FILE_AT);
    JournalRing.clear(bytes);
    return new JournalRing(bytes);
  }

  /** For a file that has all of the journal. */
  get fileMemory(): Uint8Array {
    return this.#memory.subarray(FILE_AT, TEXT_AT);
  }

  /** From now on the ring is that of this journal. */
  describe(place: JournalPlace): void {
    const text = Buffer.from(JSON.stringify(place));
    this.release();
    writeAll(this.#descriptor, text, TEXT_AT);
    this.#length.setUint32(0, text.length, true);
  }

  /** Nobody needs it any more. */
  release(): void {
    this.#length.setUint32(0, 0, true);
  }
}

/** A ring whose process is gone. */
export interface LeftRing extends JournalPlace {
  readonly ring: JournalRing;
  readonly fileMemory: Uint8Array;
}

/** The rings that a process has left in a folder: those of tests that it had not brought to their end. */
export function ringsLeft(directory: string, pid: number): LeftRing[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(`${pid}-`) && name.endsWith(ENDING))
    .flatMap((name) => readRingFile(join(directory, name)));
}

export function ringFileName(pid: number, number: number): string {
  return `${pid}-${number}${ENDING}`;
}

const ENDING = ".ring";

function readRingFile(path: string): LeftRing[] {
  const bytes = new Uint8Array(readFileSync(path));
  if (bytes.length < TEXT_AT) return [];
  const length = new DataView(bytes.buffer).getUint32(0, true);
  if (length === 0) return [];
  const place = JSON.parse(Buffer.from(bytes.buffer, TEXT_AT, length).toString("utf8")) as JournalPlace;
  const ring = new JournalRing(bytes.subarray(RING_AT, FILE_AT));
  return [{ ...place, ring, fileMemory: bytes.subarray(FILE_AT, TEXT_AT) }];
}
