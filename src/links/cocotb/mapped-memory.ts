import { closeSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LinkEvent } from "../../bus/event.ts";
import type { WindowTable } from "../../bus/window.ts";
import { PAGE_SIZE } from "../../core/address.ts";
import type { MemoryArray, Simulation } from "../../engine/engine.ts";
import { type Bank, PhysicalMemory } from "../../memory/physical-memory.ts";
import { discardMapped } from "../../native/discard-memory.ts";
import { mapFile } from "../../native/map-file.ts";
import { REGION_BYTES_LOG2 } from "../simulator/harness-source.ts";
import { HarnessWindows } from "../simulator/harness-windows.ts";
import type { LinkMemory } from "./link-memory.ts";
import { memoryFolder } from "./memory-folder.ts";

const PAGES = (4 * 2 ** REGION_BYTES_LOG2) / PAGE_SIZE;
const PERMISSION_BYTES = (PAGES * PAGE_SIZE) / 64;
const TABLE_BYTES = 2 * PAGES;

/**
 * Host memory in a file that the simulator has mapped, too, with the tables that say what of it the device may touch: a window
 * that closes is closed there at once, and nothing is ever copied.
 */
export class MappedMemory implements LinkMemory {
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly crossed = { toDevice: 0, fromDevice: 0 };
  readonly usedPages: ReadonlySet<number> = new Set();
  readonly file: string;
  readonly #bytes: Uint8Array;
  isOut = false;

  constructor(banks: readonly Bank[], name: string, maximumWindows?: number) {
    const ramBytes = banks.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    const wholeBytes = ramBytes + TABLE_BYTES + 2 * PERMISSION_BYTES;
    this.file = join(memoryFolder(), name);
    const descriptor = openSync(this.file, "wx+", 0o600);
    ftruncateSync(descriptor, wholeBytes);
    this.#bytes = mapFile(descriptor, wholeBytes);
    closeSync(descriptor);
    this.memory = new PhysicalMemory(this.#bytes.subarray(0, ramBytes), banks);
    const [pages, reads, writes] = [
      ramBytes,
      ramBytes + TABLE_BYTES,
      ramBytes + TABLE_BYTES + PERMISSION_BYTES,
    ];
    const tables: Readonly<Record<string, MemoryArray>> = {
      "memory.page_table": this.#table("memory.page_table", pages, PAGES, 2),
      "memory.read_permission": this.#table("memory.read_permission", reads, PERMISSION_BYTES / 4, 4),
      "memory.write_permission": this.#table("memory.write_permission", writes, PERMISSION_BYTES / 4, 4),
    };
    const simulation = { array: (table: string) => tables[table] as MemoryArray };
    this.windows = new HarnessWindows(
      simulation as Pick<Simulation, "array">,
      ...([this.memory, banks, maximumWindows] as const),
    );
  }

  send(): void {}

  take(event: LinkEvent): readonly LinkEvent[] {
    return [event];
  }

  /** Nobody opens it any more: the memory goes with the processes that have it, however they end. */
  removeFile(): void {
    rmSync(this.file, { force: true });
  }

  close(): void {
    this.removeFile();
    discardMapped(this.#bytes);
  }

  #table(name: string, offset: number, depth: number, elementBytes: number): MemoryArray {
    const bytes = this.#bytes.subarray(offset, offset + depth * elementBytes);
    return { name, depth, width: 8 * elementBytes, elementBytes, bytes };
  }
}
