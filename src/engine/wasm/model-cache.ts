import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../core/write-whole.ts";
import { CacheError } from "../errors.ts";
import type { Layout } from "./layout.ts";

/** What is kept of a build. */
export interface Artefact {
  readonly layout: Layout;
  readonly warnings: readonly string[];
  readonly module: Uint8Array<ArrayBuffer>;
}

const CHECKSUM_BYTES = 32;
const LENGTH_BYTES = 4;

/**
 * Built models by content hash, one file each: a checksum, the length of the JSON, layout and warnings as JSON, the module.
 * Files appear whole or not at all, so that several processes may build at once; a damaged one counts as absent.
 */
export class ModelCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  read(key: string): Artefact | undefined {
    let file: Buffer;
    try {
      file = readFileSync(this.#path(key));
    } catch {
      return undefined;
    }
    const content = file.subarray(CHECKSUM_BYTES);
    if (!checksum(content).equals(file.subarray(0, CHECKSUM_BYTES))) return undefined;
    const jsonEnd = LENGTH_BYTES + content.readUInt32LE(0);
    const json = content.toString("utf8", LENGTH_BYTES, jsonEnd);
    return {
      ...(JSON.parse(json) as Omit<Artefact, "module">),
      module: new Uint8Array(content.subarray(jsonEnd)),
    };
  }

  write(key: string, { module, ...rest }: Artefact): void {
    const json = Buffer.from(JSON.stringify(rest));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(json.length);
    const content = Buffer.concat([length, json, module]);
    try {
      writeWhole(this.#path(key), Buffer.concat([checksum(content), content]));
    } catch (cause) {
      throw new CacheError(this.#directory, cause as Error);
    }
  }

  #path(key: string): string {
    return join(this.#directory, `${key}.model`);
  }
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
