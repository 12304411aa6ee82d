import type { Direction, LinkEvent } from "../../../src/bus/event.ts";
import type { OpenWindow, Window, WindowTable } from "../../../src/bus/window.ts";
import { logicalAddress } from "../../../src/core/address.ts";
import { PhysicalMemory } from "../../../src/memory/physical-memory.ts";

type Access = Extract<LinkEvent, { kind: "access" }>;
type Written = Extract<LinkEvent, { kind: "written" }>;

interface CopiedWindow extends OpenWindow {
  /** Of its first byte in both memories. */
  readonly offset: number;
  /** What both sides had last, of a window that is shared and that the device reads. */
  readonly common: Uint8Array | undefined;
  readonly far: OpenWindow;
}

/** Bytes that crossed, for the law that each does once. */
export interface CrossedBytes {
  out: number;
  in: number;
}

/**
 * Host memory of which the device's side has a copy. Bytes cross by the laws of `Link` and `Window.use`: those of a
 * mapped window when it opens, the changed ones of a shared window at each call, what the device wrote before an
 * awaited operation resolves.
 *
 * The other side hears of a window that closes when the crossing that is out comes back. Until then the device is served
 * there in the copy alone: what it writes is dropped, and each of its accesses is a fault.
 */
export class CopiedMemory {
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly crossed: CrossedBytes = { out: 0, in: 0 };
  readonly #far: { readonly memory: PhysicalMemory; readonly windows: WindowTable };
  readonly #live = new Set<CopiedWindow>();
  /** Closed here; the other side has not heard of it. */
  #closing: CopiedWindow[] = [];
  /** By the device, and not yet in `memory`. */
  #written: Written[] = [];
  /** By the device, that have not been answered, the oldest first. */
  readonly #reads: Access[] = [];
  #crossings = 0;

  constructor(far: { memory: PhysicalMemory; windows: WindowTable }) {
    this.#far = far;
    this.memory = new PhysicalMemory(new Uint8Array(far.memory.bytes.length), far.memory.banks);
    this.windows = { live: this.#live, open: (window) => this.#open(window) };
  }

  /** Takes each event of the other side, with the bytes that the device writes; what it is on this side. */
  take(event: LinkEvent): readonly LinkEvent[] {
    if (event.kind === "written") return this.#takeWritten(event);
    if (event.kind === "access" && event.direction === "read") this.#reads.push(event);
    if (event.kind !== "access-end" || event.direction !== "read") return [event];
    const read = this.#reads.shift();
    if (read === undefined || !this.#isClosed(read, "read")) return [event];
    return [event, { kind: "fault", cycle: event.cycle, direction: "read", address: read.address }];
  }

  #takeWritten(event: Written): readonly LinkEvent[] {
    if (!this.#isClosed(rangeOf(event), "write")) {
      this.#written.push(event);
      return [event];
    }
    const kept = [...this.#live].flatMap((window) => writtenIn(window, event));
    this.#written.push(...kept);
    return [...kept, { kind: "fault", cycle: event.cycle, direction: "write", address: event.address }];
  }

  /** A call that nobody awaits. */
  post(): void {
    this.#takeIn();
    for (const window of this.#live) this.#sendChanges(window);
  }

  /** A call that is awaited. */
  async cross<T>(call: () => Promise<T>): Promise<T> {
    this.post();
    this.#crossings++;
    try {
      return await call();
    } finally {
      this.#crossings--;
      this.#takeIn();
      for (const { far } of this.#closing.splice(0)) far.close();
    }
  }

  #open(window: Window): OpenWindow {
    const far = this.#far.windows.open(window);
    this.#takeIn();
    const { physical, lengthBytes, access, use } = window;
    const offset = this.memory.offsetOf(physical, lengthBytes);
    const bytes = this.memory.bytes.subarray(offset, offset + lengthBytes);
    const isRead = access !== "write";
    if (isRead) {
      this.#far.memory.bytes.set(bytes, offset);
      this.crossed.out += lengthBytes;
    }
    const open: CopiedWindow = {
      ...{ ...window, offset, far },
      common: isRead && use === "shared" ? bytes.slice() : undefined,
      close: () => this.#close(open),
    };
    this.#live.add(open);
    return open;
  }

  #close(window: CopiedWindow): void {
    if (!this.#live.has(window)) return;
    this.#takeIn();
    this.#live.delete(window);
    if (this.#crossings === 0) window.far.close();
    else this.#closing.push(window);
  }

  #sendChanges({ offset, common }: CopiedWindow): void {
    if (common === undefined) return;
    const bytes = this.memory.bytes.subarray(offset, offset + common.length);
    if (Buffer.compare(bytes, common) === 0) return;
    for (const [at, byte] of bytes.entries()) {
      if (byte === common[at]) continue;
      common[at] = byte;
      this.#far.memory.bytes[offset + at] = byte;
      this.crossed.out++;
    }
  }

  #takeIn(): void {
    const written = this.#written.splice(0);
    for (const window of this.#live) {
      for (const { address, bytes } of written.flatMap((event) => writtenIn(window, event))) {
        const at = Number(address - window.logical);
        this.memory.bytes.set(bytes, window.offset + at);
        window.common?.set(bytes, at);
        this.crossed.in += bytes.length;
      }
    }
  }

  /** Whether a part of `range` was in a window that has been closed, and is in none that is open. */
  #isClosed(range: Range, direction: Direction): boolean {
    const allows = ({ access }: Window): boolean => access === "read-write" || access === direction;
    const isAllowed = (part: Range): boolean =>
      [...this.#live].some(
        (window) => allows(window) && partIn(window, part)?.lengthBytes === part.lengthBytes,
      );
    return this.#closing.some((window) => {
      const part = allows(window) ? partIn(window, range) : undefined;
      return part !== undefined && !isAllowed(part);
    });
  }
}

/** Of logical addresses. */
interface Range {
  readonly address: bigint;
  readonly lengthBytes: number;
}

function rangeOf({ address, bytes }: Written): Range {
  return { address, lengthBytes: bytes.length };
}

/** The part of a range that is in a window. */
function partIn({ logical, lengthBytes }: Window, range: Range): Range | undefined {
  const address = range.address > logical ? range.address : logical;
  const [windowEnd, rangeEnd] = [logical + BigInt(lengthBytes), range.address + BigInt(range.lengthBytes)];
  const end = windowEnd < rangeEnd ? windowEnd : rangeEnd;
  return address < end ? { address, lengthBytes: Number(end - address) } : undefined;
}

/** What of a write is in a window that the device may write to, as a write of its own. */
function writtenIn(window: Window, event: Written): readonly Written[] {
  const part = window.access === "read" ? undefined : partIn(window, rangeOf(event));
  if (part === undefined) return [];
  const at = Number(part.address - event.address);
  const bytes = event.bytes.subarray(at, at + part.lengthBytes);
  return [{ ...event, address: logicalAddress(part.address), bytes }];
}
