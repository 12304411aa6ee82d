import { fstatSync, readSync } from "node:fs";

/** What a journal is read from, piece by piece. */
export interface JournalBytes {
  readonly length: number;
  /** Bytes from `at`, as many as there are up to `length`. */
  slice(at: number, length: number): Uint8Array;
}

/** Those of an open file, as long as it is now. */
export function bytesOfFile(descriptor: number): JournalBytes {
  return {
    length: fstatSync(descriptor).size,
    slice: (at, length) => {
      const bytes = new Uint8Array(length);
      let read = 0;
      while (read < length) {
        const more = readSync(descriptor, bytes, read, length - read, at + read);
        if (more === 0) break;
        read += more;
      }
      return bytes.subarray(0, read);
    },
  };
}

export function bytesInMemory(bytes: Uint8Array): JournalBytes {
  return { length: bytes.length, slice: (at, length) => bytes.subarray(at, at + length) };
}
