import { join } from "node:path";
import { keepSealed, readSealed } from "../sealed-file.ts";
import type { Layout } from "./layout.ts";

/** What is kept of a build. */
export interface Artefact {
  readonly layout: Layout;
  readonly warnings: readonly string[];
  readonly module: Uint8Array<ArrayBuffer>;
}

const LENGTH_BYTES = 4;

/**
 * Built models by content hash, one sealed file each: the length of the JSON, layout and warnings as JSON, the module.
 * Files appear whole or not at all, so that several processes may build at once; a damaged one counts as absent.
 */
export class ModelCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  read(key: string): Artefact | undefined {
    const content = readSealed(this.#path(key), key);
    if (content === undefined) return undefined;
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
    keepSealed(this.#path(key), key, Buffer.concat([length, json, module]));
  }

  #path(key: string): string {
    return join(this.#directory, `${key}.model`);
  }
}
