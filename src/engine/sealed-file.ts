import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeWhole } from "../core/write-whole.ts";
import { CacheError } from "./errors.ts";

const SEAL_BYTES = 32;

/**
 * Keeps what was built for `key`. A hash of both stands at its end, where nobody minds it who loads the file: what was cut
 * off, damaged or put under another name is not believed.
 */
export function keepSealed(path: string, key: string, content: Uint8Array): void {
  try {
    writeWhole(path, Buffer.concat([content, sealOf(key, content)]));
  } catch (cause) {
    throw new CacheError(path, cause as Error);
  }
}

/** Undefined for a file that is not there, or not as it was kept. */
export function readSealed(path: string, key: string): Buffer | undefined {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch {
    return undefined;
  }
  const end = Math.max(0, file.length - SEAL_BYTES);
  const content = file.subarray(0, end);
  return sealOf(key, content).equals(file.subarray(end)) ? content : undefined;
}

function sealOf(key: string, content: Uint8Array): Buffer {
  return createHash("sha256").update(`${key}\n`).update(content).digest();
}
