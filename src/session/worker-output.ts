import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { withCommas } from "../core/counted.ts";
import type { OutputRange } from "./worker-log.ts";

/** Of one test; what lies in the middle is left out. */
const KEPT_BYTES = 1 << 16;

/** Where the worker `pid` prints, standard output and standard error as they come. */
export function outputFile(directory: string, pid: number): string {
  return join(directory, `${pid}.out`);
}

/** Bytes that a worker has printed so far. */
export function outputBytes(directory: string, pid: number): number {
  return statSync(outputFile(directory, pid), { throwIfNoEntry: false })?.size ?? 0;
}

/** What lies in some parts of a worker's output, without white space at the end; undefined when that is nothing. */
export function readOutput(directory: string, pid: number, parts: readonly Omit<OutputRange, "pid">[]) {
  const whole = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  if (whole <= 0) return undefined;
  const file = openSync(outputFile(directory, pid), "r");
  try {
    const pieces = parts.map(({ from, to }) => ({ from, to: Math.min(to, fstatSync(file).size) }));
    if (whole <= KEPT_BYTES) return text(pieces.map(({ from, to }) => bytesOf(file, from, to))) || undefined;
    const half = KEPT_BYTES / 2;
    const first = text([take(file, pieces, half)]);
    const last = text([take(file, pieces, -half)]);
    const left = withCommas(whole - KEPT_BYTES);
    return `${first}\n[${left} bytes of ${withCommas(whole)} are left out here]\n${last}`;
  } finally {
    closeSync(file);
  }
}

/** The first `length` bytes of the pieces together, or, with a negative length, the last. */
function take(file: number, pieces: readonly Omit<OutputRange, "pid">[], length: number): Buffer {
  const taken: Buffer[] = [];
  let left = Math.abs(length);
  for (const { from, to } of length > 0 ? pieces : pieces.toReversed()) {
    const count = Math.min(left, to - from);
    left -= count;
    taken.push(length > 0 ? bytesOf(file, from, from + count) : bytesOf(file, to - count, to));
  }
  return Buffer.concat(length > 0 ? taken : taken.reverse());
}

function bytesOf(file: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  const length = readSync(file, bytes, 0, bytes.length, from);
  return bytes.subarray(0, length);
}

function text(parts: readonly Buffer[]): string {
  return Buffer.concat(parts).toString("utf8").trimEnd();
}
