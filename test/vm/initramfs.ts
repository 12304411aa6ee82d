import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from "node:fs";
import { basename, join } from "node:path";

/** Of `sys/stat.h`. */
const DIRECTORY = 0o040000;
const REGULAR = 0o100000;
const SYMBOLIC_LINK = 0o120000;

const HEADER_BYTES = 110;
const TRAILER = "TRAILER!!!";

/**
 * The first file system of a Linux guest, as a cpio archive in the format "newc" (Documentation/driver-api/early-userspace
 * of the kernel). Not compressed: in an emulated machine unpacking costs more than copying.
 */
export class Initramfs {
  readonly #descriptor: number;
  readonly #folders = new Set<string>();
  #inode = 1;

  constructor(path: string) {
    this.#descriptor = openSync(path, "w");
    // Who is not root enters it, too.
    this.#entry(".", DIRECTORY | 0o755, new Uint8Array());
  }

  /** `path`: in the guest, absolute. The folders above it come by themselves. */
  file(path: string, content: Uint8Array | string, mode = 0o644): void {
    this.#entry(this.#name(path), REGULAR | mode, Buffer.from(content));
  }

  link(path: string, target: string): void {
    this.#entry(this.#name(path), SYMBOLIC_LINK | 0o777, Buffer.from(target));
  }

  folder(path: string): void {
    this.#name(join(path, "in it"));
  }

  /** A file of this machine, or a folder with all that is in it and `isWanted`. */
  copy(path: string, from: string, isWanted: (name: string) => boolean = () => true): void {
    const found = lstatSync(from);
    if (found.isSymbolicLink()) this.link(path, readlinkSync(from));
    else if (found.isFile()) this.file(path, readFileSync(from), found.mode & 0o777);
    else
      for (const name of readdirSync(from))
        if (isWanted(name)) this.copy(join(path, basename(name)), join(from, name), isWanted);
  }

  close(): void {
    this.#entry(TRAILER, 0, new Uint8Array());
    closeSync(this.#descriptor);
  }

  #name(path: string): string {
    const names = path.split("/").filter(Boolean);
    for (let depth = 1; depth < names.length; depth++) {
      const folder = names.slice(0, depth).join("/");
      if (this.#folders.has(folder)) continue;
      this.#folders.add(folder);
      this.#entry(folder, DIRECTORY | 0o755, new Uint8Array());
    }
    return names.join("/");
  }

  #entry(name: string, mode: number, content: Uint8Array): void {
    const nameBytes = Buffer.from(`${name}\0`);
    const fields = [this.#inode++, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, nameBytes.length, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
    const padding = -(HEADER_BYTES + nameBytes.length) & 3;
    writeSync(this.#descriptor, Buffer.concat([Buffer.from(header), nameBytes, Buffer.alloc(padding)]));
    // Each call writes what it can.
    for (let written = 0; written < content.length; )
      written += writeSync(this.#descriptor, content, written);
    writeSync(this.#descriptor, Buffer.alloc(-content.length & 3));
  }
}
