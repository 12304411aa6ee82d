import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FILE_MEMORY_BYTES } from "./journal-file.ts";
import type { JournalHeader } from "./journal-header.ts";
import { JournalRing, RING_BYTES } from "./journal-ring.ts";

/** The file: how many bytes the text has, 0 when nobody uses it; the ring; the memory of a file that grows; the text. */
export const RING_AT = 8;
export const FILE_AT = RING_AT + RING_BYTES;
export const TEXT_AT = FILE_AT + FILE_MEMORY_BYTES;

/** What the journal of a test is, and where it is to stay. */
export interface JournalPlace {
  /** The file grows while the test runs. */
  readonly isWhole: boolean;
  /** Absolute. */
  readonly path: string;
  readonly header: JournalHeader;
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
