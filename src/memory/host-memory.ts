import { PAGE_SIZE, spannedPages, virtualAddress } from "../core/address.ts";
import { type CallSite, CallSites, describeSite } from "../core/call-sites.ts";
import type { Random } from "../core/random.ts";
import { HostBuffer } from "./host-buffer.ts";
import { HostChain } from "./host-chain.ts";
import { framesOfBuffer, MDL_PAGES_LOCKED, type Mdl, type Range } from "./mdl.ts";
import { PageAllocator } from "./page-allocator.ts";
import type { PhysicalMemory } from "./physical-memory.ts";
import { type PlatformProfile, standardProfile } from "./platform-profile.ts";

const FIRST_VIRTUAL = 0xffff_8000_0000_0000n;

/** The memory of the host's programs: buffers in pages that lie anywhere in physical memory. */
export class HostMemory {
  readonly physical: PhysicalMemory;
  readonly pages: PageAllocator;
  readonly #buffers = new Set<HostBuffer>();
  #nextVirtual = FIRST_VIRTUAL;
  #count = 0;
  readonly #sites = new CallSites();
  #watcher: BufferWatcher | undefined;
  /** Page frame numbers of buffers that are free, as their MDLs, all copies and parts of those have them, with the place. */
  readonly #freed = new WeakMap<readonly number[], CallSite | undefined>();

  constructor(
    physical: PhysicalMemory,
    random: Random,
    profile: Pick<PlatformProfile, "fragmentation" | "pageBytes"> = standardProfile,
  ) {
    this.physical = physical;
    this.pages = new PageAllocator(physical, profile, random);
  }

  /** A buffer of at least 1 byte that starts at byte `offset` of its first page. Throws `OutOfMemoryError`. */
  allocate({ lengthBytes, offset = 0, below, contiguous = false }: AllocateOptions): HostBuffer {
    if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1) {
      throw new RangeError(`a buffer of ${lengthBytes} bytes`);
    }
    if (!Number.isSafeInteger(offset) || offset < 0 || offset >= PAGE_SIZE) {
      throw new RangeError(`offset ${offset} is not inside a page of ${PAGE_SIZE} bytes`);
    }
    const count = spannedPages(offset, lengthBytes);
    const limit = below === undefined ? Number.POSITIVE_INFINITY : Number(below / BigInt(PAGE_SIZE));
    const frames = contiguous
      ? this.pages.allocateContiguous(count, limit)
      : this.pages.allocate(count, limit);
    const startVa = virtualAddress(this.#nextVirtual);
    this.#nextVirtual += BigInt((count + 1) * PAGE_SIZE);
    const mdl = {
      next: null,
      mdlFlags: MDL_PAGES_LOCKED,
      startVa,
      byteOffset: offset,
      byteCount: lengthBytes,
      pageFrameNumbers: frames,
    };
    const name = `buffer ${++this.#count}`;
    const buffer: HostBuffer = new HostBuffer(name, mdl, this.physical, () => {
      const site = this.#sites.keep();
      this.#buffers.delete(buffer);
      this.#freed.set(frames, site);
      // Pages that a device may still touch go to nobody else.
      if (this.#watcher?.isInUse(name, mdl) === true) return site;
      this.pages.free(frames);
      this.#watcher?.freed();
      return site;
    });
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Who is to know of each buffer that is freed from now on: a host has one system for DMA, the latest. */
  watch(watcher: BufferWatcher): void {
    this.#watcher = watcher;
  }

  /** Where a buffer that has some of these bytes of a chain was freed, in words; undefined while all are in use. */
  freedPlace({ mdl, offset, length }: Range): string | undefined {
    let begin = 0;
    for (let each: Mdl | null = mdl; each !== null && begin < offset + length; each = each.next) {
      const end = begin + each.byteCount;
      if (end > offset && end > begin) {
        const frames = framesOfBuffer(each.pageFrameNumbers);
        if (this.#freed.has(frames)) return describeSite(this.#freed.get(frames));
      }
      begin = end;
    }
    return undefined;
  }

  /** Buffers as one: a chain of their MDLs, in this order. At least one. */
  chain(buffers: readonly HostBuffer[]): HostChain {
    return new HostChain(buffers, this.physical);
  }

  /** Throws `GuardBytesError` for the first buffer that has a damaged guard byte. */
  checkGuards(): void {
    for (const buffer of this.#buffers) buffer.checkGuards();
  }
}

/** Who must know of buffers that go. */
export interface BufferWatcher {
  /** Before the pages of a buffer go: true when somebody uses them still, and they must not. */
  isInUse(buffer: string, mdl: Mdl): boolean;
  /** There are more free pages. */
  freed(): void;
}

export interface AllocateOptions {
  readonly lengthBytes: number;
  /** Byte of the first page, 0 to 4095. */
  readonly offset?: number;
  /** Physical address that all pages must lie below. */
  readonly below?: bigint;
  /** In neighbouring pages, so that it is one element of a scatter/gather list. */
  readonly contiguous?: boolean;
}
