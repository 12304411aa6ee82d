import type { LinkEvent } from "../../bus/event.ts";
import { OpenAccesses } from "../../bus/open-accesses.ts";
import type { OpenWindow, Window, WindowTable } from "../../bus/window.ts";
import { logicalAddress, PAGE_SHIFT, PAGE_SIZE } from "../../core/address.ts";
import type { MemoryArray, Simulation } from "../../engine/engine.ts";
import { type Bank, PhysicalMemory } from "../../memory/physical-memory.ts";
import { REGION_BYTES_LOG2 } from "../simulator/harness-source.ts";
import { HarnessWindows } from "../simulator/harness-windows.ts";
import { FarArray, type FarEnd } from "./far-end.ts";
import type { CrossedBytes, LinkMemory } from "./link-memory.ts";
import { changedRuns, ranges } from "./ranges.ts";

const ROW_BYTES = 8;
const REGIONS = 4;
const PAGES = (REGIONS * 2 ** REGION_BYTES_LOG2) / PAGE_SIZE;
/** A row of permissions has 32 bits, one for each 8 bytes. */
const PERMISSION_BYTES_PER_PAGE = PAGE_SIZE / ROW_BYTES / 8;
const PAGE_ENTRY_BYTES = 2;

type Written = Extract<LinkEvent, { kind: "written" }>;
type Access = Extract<LinkEvent, { kind: "access" }>;

/** A window that is shared and that the device reads: what both sides had last. */
interface Shared {
  readonly offset: number;
  readonly common: Uint8Array;
}

/**
 * Host memory of which the simulator has a copy. What a mapped window holds goes with the first crossing after it was opened;
 * of a shared one the changed runs, with each; what the device wrote comes with the crossing in which it did.
 *
 * The simulator hears of a window that closes when the crossing that is out has come back. What the device writes there
 * until then is dropped, and each of its accesses is a fault.
 */
export class FarMemory implements LinkMemory {
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly crossed: CrossedBytes = { toDevice: 0, fromDevice: 0 };
  readonly #far: FarEnd;
  /** As the simulator decodes them: also those that are one piece of memory. */
  readonly #banks: readonly Bank[];
  readonly #tables: Readonly<Record<string, MemoryArray>> = {
    "memory.page_table": table("memory.page_table", PAGES, PAGE_ENTRY_BYTES),
    "memory.read_permission": table("memory.read_permission", PAGES * (PERMISSION_BYTES_PER_PAGE / 4), 4),
    "memory.write_permission": table("memory.write_permission", PAGES * (PERMISSION_BYTES_PER_PAGE / 4), 4),
  };
  /** Pages of the tables that the simulator does not know as they are. */
  readonly #changedPages: Set<number>;
  /** Bytes of memory that the device may read and that the simulator has not: first and after the last. */
  #unsent: [number, number][] = [];
  readonly #shared = new Map<OpenWindow, Shared>();
  /** Closed while a crossing was out. */
  #closed: Window[] = [];
  /** By the device, that have not been answered. */
  readonly #reads = new OpenAccesses<Access>();
  #isOut = false;

  /** `stalePages`: of the tables, that the test before has left. */
  constructor(far: FarEnd, banks: readonly Bank[], stalePages: ReadonlySet<number>, maximumWindows?: number) {
    this.#far = far;
    this.#banks = banks;
    this.#changedPages = new Set(stalePages);
    const bytes = banks.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    this.memory = new PhysicalMemory(new Uint8Array(bytes), banks);
    const simulation = { array: (name: string) => this.#tables[name] as MemoryArray };
    const harness = new HarnessWindows(
      simulation as Pick<Simulation, "array">,
      ...([this.memory, banks, maximumWindows] as const),
      (first, last) => {
        for (let page = first; page <= last; page++) {
          this.#changedPages.add(page);
          this.usedPages.add(page);
        }
      },
    );
    this.windows = {
      get live() {
        return harness.live;
      },
      open: (window) => this.#open(harness, window),
    };
  }

  /** Of the tables, that a window was ever on. */
  readonly usedPages = new Set<number>();

  /** What the simulator is to know before time passes there. */
  send(): void {
    for (const [first, end] of ranges([...this.#changedPages].sort((a, b) => a - b))) {
      this.#sendTable(FarArray.pageTable, "memory.page_table", PAGE_ENTRY_BYTES, first, end);
      for (const direction of ["read", "write"] as const)
        this.#sendTable(
          FarArray[`${direction}Permission`],
          `memory.${direction}_permission`,
          ...([PERMISSION_BYTES_PER_PAGE, first, end] as const),
        );
    }
    this.#changedPages.clear();
    for (const { offset, common } of this.#shared.values()) this.#findChanges(offset, common);
    for (const [first, end] of this.#unsent.splice(0)) this.#sendBytes(first, end);
  }

  get isOut(): boolean {
    return this.#isOut;
  }

  set isOut(isOut: boolean) {
    this.#isOut = isOut;
    if (!isOut) this.#closed = [];
  }

  /** Takes each event of the simulator; what it is on this side. */
  take(event: LinkEvent): readonly LinkEvent[] {
    if (event.kind === "written") return this.#takeWritten(event);
    if (event.kind === "access" && event.direction === "read") this.#reads.begin(event, event);
    if (event.kind !== "access-end" || event.direction !== "read") return [event];
    const read = this.#reads.end(event);
    if (
      read === undefined ||
      this.#closed.length === 0 ||
      !this.#isClosed(read.address, read.lengthBytes, "read")
    )
      return [event];
    return [event, { kind: "fault", cycle: event.cycle, direction: "read", address: read.address }];
  }

  close(): void {}

  #open(harness: WindowTable, window: Window): OpenWindow {
    const open = harness.open(window);
    const { physical, lengthBytes, access, use } = window;
    const offset = this.memory.offsetOf(physical, lengthBytes);
    if (access !== "write") {
      this.#unsent.push([offset, offset + lengthBytes]);
      if (use === "shared")
        this.#shared.set(open, { offset, common: this.memory.bytes.slice(offset, offset + lengthBytes) });
    }
    let isOpen = true;
    return {
      ...window,
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        open.close();
        this.#shared.delete(open);
        if (this.#isOut) this.#closed.push(window);
      },
    };
  }

  #sendTable(array: number, name: string, bytesPerPage: number, first: number, end: number): void {
    const { bytes } = this.#tables[name] as MemoryArray;
    this.#far.write(array, first * bytesPerPage, bytes.subarray(first * bytesPerPage, end * bytesPerPage));
  }

  /** Whole rows: what stands beside it is the same on both sides. */
  #sendBytes(first: number, end: number): void {
    const from = first - (first % ROW_BYTES);
    const to = Math.min(this.memory.bytes.length, Math.ceil(end / ROW_BYTES) * ROW_BYTES);
    this.crossed.toDevice += to - from;
    this.#far.write(FarArray.ram, from, this.memory.bytes.subarray(from, to));
  }

  #findChanges(offset: number, common: Uint8Array): void {
    const bytes = this.memory.bytes.subarray(offset, offset + common.length);
    if (Buffer.compare(bytes, common) === 0) return;
    for (const [first, end] of changedRuns(bytes, common, 2 * ROW_BYTES))
      this.#unsent.push([offset + first, offset + end]);
    common.set(bytes);
  }

  #takeWritten(event: Written): readonly LinkEvent[] {
    if (this.#closed.length === 0 || !this.#isClosed(event.address, event.bytes.length, "write")) {
      this.#put(Number(event.address), event.bytes);
      return [event];
    }
    const kept = [...this.windows.live].flatMap((window) => writtenIn(window, event));
    for (const { address, bytes } of kept) this.#put(Number(address), bytes);
    return [...kept, { kind: "fault", cycle: event.cycle, direction: "write", address: event.address }];
  }

  /** Where the page table says, as the simulator had it. */
  #put(address: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const inPage = (address + at) % PAGE_SIZE;
      const length = Math.min(bytes.length - at, PAGE_SIZE - inPage);
      const place = this.#placeOf(address + at);
      const part = bytes.subarray(at, at + length);
      this.memory.bytes.set(part, place);
      this.crossed.fromDevice += length;
      for (const { offset, common } of this.#shared.values()) {
        const from = Math.max(place, offset);
        const to = Math.min(place + length, offset + common.length);
        if (from < to) common.set(part.subarray(from - place, to - place), from - offset);
      }
      at += length;
    }
  }

  #placeOf(address: number): number {
    const region = this.#banks.findIndex(({ base }) => {
      const offset = address - Number(base);
      return offset >= 0 && offset < 2 ** REGION_BYTES_LOG2;
    });
    const inRegion = address - Number((this.#banks[region] as Bank).base);
    const page = (region * 2 ** REGION_BYTES_LOG2 + inRegion) / PAGE_SIZE;
    const { bytes } = this.#tables["memory.page_table"] as MemoryArray;
    const entry = Math.floor(page) * PAGE_ENTRY_BYTES;
    return (
      ((bytes[entry] as number) + 256 * (bytes[entry + 1] as number)) * 2 ** PAGE_SHIFT +
      (inRegion % PAGE_SIZE)
    );
  }

  /** Whether a part of the range was in a window that has been closed, and is in none that is open. */
  #isClosed(address: bigint, lengthBytes: number, direction: "read" | "write"): boolean {
    const allows = ({ access }: Window): boolean => access === "read-write" || access === direction;
    return this.#closed.some((window) => {
      const part = allows(window) ? partIn(window, address, lengthBytes) : undefined;
      if (part === undefined) return false;
      return ![...this.windows.live].some(
        (live) =>
          allows(live) && partIn(live, part.address, part.lengthBytes)?.lengthBytes === part.lengthBytes,
      );
    });
  }
}

function table(name: string, depth: number, elementBytes: number): MemoryArray {
  return { name, depth, width: 8 * elementBytes, elementBytes, bytes: new Uint8Array(depth * elementBytes) };
}

/** The part of a range that is in a window. */
function partIn(
  { logical, lengthBytes }: Window,
  start: bigint,
  length: number,
): { address: bigint; lengthBytes: number } | undefined {
  const address = start > logical ? start : logical;
  const [windowEnd, rangeEnd] = [logical + BigInt(lengthBytes), start + BigInt(length)];
  const end = windowEnd < rangeEnd ? windowEnd : rangeEnd;
  return address < end ? { address, lengthBytes: Number(end - address) } : undefined;
}

/** What of a write is in a window that the device may write to, as a write of its own. */
function writtenIn(window: Window, event: Written): readonly Written[] {
  const part = window.access === "read" ? undefined : partIn(window, event.address, event.bytes.length);
  if (part === undefined) return [];
  const at = Number(part.address - event.address);
  const bytes = event.bytes.subarray(at, at + part.lengthBytes);
  return [{ ...event, address: logicalAddress(part.address), bytes }];
}
