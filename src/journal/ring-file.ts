import { closeSync, openSync } from "node:fs";
import { mapFile } from "../native/map-file.ts";
import { writeAll } from "./journal-file.ts";
import { JournalRing } from "./journal-ring.ts";
import { FILE_AT, type JournalPlace, RING_AT, TEXT_AT } from "./left-rings.ts";

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
