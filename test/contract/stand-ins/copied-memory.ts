import type { LinkEvent, LinkEventListener } from "../../../src/bus/event.ts";
import type { OpenWindow, Window, WindowTable } from "../../../src/bus/window.ts";
import { type LogicalAddress, logicalAddress } from "../../../src/core/address.ts";
import { PhysicalMemory } from "../../../src/memory/physical-memory.ts";

type Access = Extract<LinkEvent, { kind: "access" }>;

interface CopiedWindow extends OpenWindow {
  /** Of its first byte in both memories. */
  readonly offset: number;
  /** What both sides had last, of a window that is shared. */
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
 * The other side hears of a window that closes when the crossing that is out comes back. What the device has written
 * into it until then is dropped here, and a fault.
 */
export class CopiedMemory {
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly crossed: CrossedBytes = { out: 0, in: 0 };
  readonly #far: { readonly memory: PhysicalMemory; readonly windows: WindowTable };
  readonly #hear: LinkEventListener;
  readonly #live = new Set<CopiedWindow>();
  /** Closed here; the other side has not heard of it. */
  #closing: CopiedWindow[] = [];
  /** Of the device, the oldest first; without those that have been answered and copied. */
  #writes: { readonly access: Access; isOver: boolean }[] = [];
  #crossings = 0;

  /** `hear` hears of faults. */
  constructor(far: { memory: PhysicalMemory; windows: WindowTable }, hear: LinkEventListener) {
    this.#far = far;
    this.#hear = hear;
    this.memory = new PhysicalMemory(new Uint8Array(far.memory.bytes.length), far.memory.banks);
    this.windows = { live: this.#live, open: (window) => this.#open(window) };
  }

  /** Every event of the other side. */
  note(event: LinkEvent): void {
    if (event.kind === "access" && event.direction === "write")
      this.#writes.push({ access: event, isOver: false });
    if (event.kind !== "access-end" || event.direction !== "write") return;
    const oldest = this.#writes.find(({ isOver }) => !isOver);
    if (oldest !== undefined) oldest.isOver = true;
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
      for (const { access } of this.#writes) this.#reportDropped(access);
      for (const { far } of this.#closing.splice(0)) far.close();
    }
  }

  #open(window: Window): OpenWindow {
    const far = this.#far.windows.open(window);
    this.#takeIn();
    const { physical, lengthBytes, access, use } = window;
    const offset = this.memory.offsetOf(physical, lengthBytes);
    const bytes = this.memory.bytes.subarray(offset, offset + lengthBytes);
    // The far side writes with strobes. Here whole bursts are copied back: what no strobe touches must be the same.
    this.#far.memory.bytes.set(bytes, offset);
    if (access !== "write") this.crossed.out += lengthBytes;
    const open: CopiedWindow = {
      ...{ ...window, offset, far },
      common: use === "shared" ? bytes.slice() : undefined,
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
    this.crossed.out += copyChanges(bytes, common, this.#far.memory.bytes.subarray(offset));
  }

  /** What the device has written: to a shared window, whatever differs from what both sides had last. */
  #takeIn(): void {
    for (const window of this.#live) {
      if (window.common !== undefined) this.#takeChanges(window, window.common);
      else for (const { access } of this.#writes) this.#takeFrom(window, access);
    }
    for (const { access, isOver } of this.#writes) if (isOver) this.#reportDropped(access);
    this.#writes = this.#writes.filter(({ isOver }) => !isOver);
  }

  #takeChanges({ offset, access }: CopiedWindow, common: Uint8Array): void {
    if (access === "read") return;
    const far = this.#far.memory.bytes.subarray(offset, offset + common.length);
    this.crossed.in += copyChanges(far, common, this.memory.bytes.subarray(offset));
  }

  #takeFrom(window: CopiedWindow, access: Access): void {
    const range = commonRange(window, access);
    if (range === undefined) return;
    const at = range.first - Number(window.logical);
    const offset = window.offset + at;
    const bytes = this.#far.memory.bytes.subarray(offset, offset + range.lengthBytes);
    this.memory.bytes.set(bytes, offset);
    this.crossed.in += range.lengthBytes;
  }

  /** What the far side itself refused, it has reported. */
  #reportDropped(access: Access): void {
    const { cycle, direction } = access;
    for (const window of this.#closing) {
      const range = commonRange(window, access);
      if (range === undefined || this.#isAllowed(range)) continue;
      const address = logicalAddress(BigInt(range.first));
      this.#hear({ kind: "fault", cycle, direction, address });
      return;
    }
  }

  #isAllowed({ first, lengthBytes }: Range): boolean {
    return [...this.#live].some(
      ({ access, logical, lengthBytes: length }) =>
        access !== "read" && Number(logical) <= first && first + lengthBytes <= Number(logical) + length,
    );
  }
}

/** Copies bytes that differ from those that both sides had last; how many. */
function copyChanges(from: Uint8Array, common: Uint8Array, to: Uint8Array): number {
  if (Buffer.compare(from, common) === 0) return 0;
  let changed = 0;
  for (let at = 0; at < common.length; at++) {
    const byte = from[at] as number;
    if (byte === common[at]) continue;
    common[at] = byte;
    to[at] = byte;
    changed++;
  }
  return changed;
}

interface Range {
  /** Logical; logical addresses of the simulator are below 2^53. */
  readonly first: number;
  readonly lengthBytes: number;
}

/** The bytes of a window that an access may have written. */
function commonRange(
  window: Window,
  { address, lengthBytes }: { readonly address: LogicalAddress; readonly lengthBytes: number },
): Range | undefined {
  if (window.access === "read") return undefined;
  const first = Math.max(Number(window.logical), Number(address));
  const end = Math.min(Number(window.logical) + window.lengthBytes, Number(address) + lengthBytes);
  return first < end ? { first, lengthBytes: end - first } : undefined;
}
