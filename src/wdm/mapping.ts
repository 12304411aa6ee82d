import type { Access, OpenWindow, WindowTable } from "../bus/window.ts";
import {
  type LogicalAddress,
  PAGE_SIZE,
  type PhysicalAddress,
  physicalAddress,
  wideNumber,
} from "../core/address.ts";
import type { CallSite } from "../core/call-sites.ts";
import { counted } from "../core/counted.ts";
import { hexAddress } from "../core/hex.ts";
import type { HostMemory } from "../memory/host-memory.ts";
import type { Mdl, Range } from "../memory/mdl.ts";
import type { PhysicalMemory } from "../memory/physical-memory.ts";
import type { AdapterState } from "./adapter-state.ts";
import type { LogicalPages } from "./logical-pages.ts";
import type { Mapped, MappingHistory } from "./mapping-history.ts";
import type { ScatterGatherElement } from "./scatter-gather.ts";

/** How far one mapping may go. */
export interface MapLimits {
  /** Map registers: one for each page. */
  readonly pages: number;
  readonly elements: number;
}

export interface MappingParts {
  readonly host: HostMemory;
  readonly windows: WindowTable;
  readonly history: MappingHistory;
}

interface Bounce {
  readonly buffer: number;
  readonly bounce: number;
  readonly lengthBytes: number;
}

/** What a range becomes for a device; nothing is mapped yet. */
export interface Plan {
  /** Logical start and length of each element, one after the other. */
  readonly runs: readonly number[];
  /** Physical start of each element, where it is another. */
  readonly physicals: readonly number[] | undefined;
  readonly bounces: readonly Bounce[];
  readonly pages: number;
  readonly elements: number;
  readonly lengthBytes: number;
}

/** Below 0, where no page lies. */
const FRAMES_APART = 2 ** 38;
const NO_LIMITS: MapLimits = { pages: Number.POSITIVE_INFINITY, elements: Number.POSITIVE_INFINITY };

type Device = Pick<AdapterState, "reach" | "description" | "bouncesAll" | "logicalPages" | "limits">;

/**
 * Neighbouring pages are one element, as long as the device's limits allow, but none crosses a multiple of 4 GiB. A page that the device cannot reach is
 * replaced by the bounce page of its map register. A device without scatter/gather gets one element for each MDL, through
 * bounce pages unless the bytes lie in one piece already.
 */
export function planElements(
  { mdl, offset, length }: Range,
  device: Device,
  bouncePages?: readonly number[],
  limits: MapLimits = NO_LIMITS,
): Plan {
  const planner = new Planner(device, bouncePages, limits);
  let skip = offset;
  let left = length;
  for (let each: Mdl | null = mdl; each !== null && left > 0; each = each.next) {
    if (skip >= each.byteCount) {
      skip -= each.byteCount;
      continue;
    }
    const here = Math.min(left, each.byteCount - skip);
    if (!planner.addMember(each, each.byteOffset + skip, here)) break;
    skip = 0;
    left -= here;
  }
  return planner;
}

/** Every page of the buffer is RAM, and there is one for every byte. */
export function isMemory({ runs, physicals, bounces }: Plan, memory: PhysicalMemory): boolean {
  for (let index = 0; index < runs.length; index += 2) {
    const address = (physicals === undefined ? runs[index] : physicals[index / 2]) as number;
    // A bounce page that is only counted lies below 0.
    if (!(address < 0) && !memory.holds(address, runs[index + 1] as number)) return false;
  }
  return bounces.every(({ buffer, lengthBytes }) => memory.holds(buffer, lengthBytes));
}

class Planner implements Plan {
  readonly runs: number[] = [];
  readonly physicals: number[] | undefined;
  readonly bounces: Bounce[] = [];
  pages = 0;
  lengthBytes = 0;
  readonly #reach: number;
  readonly #isScattered: boolean;
  readonly #bouncesAll: boolean;
  readonly #logicalPages: LogicalPages | undefined;
  readonly #bouncePages: readonly number[] | undefined;
  readonly #limits: MapLimits;
  readonly #elementBytes: number;
  readonly #boundary: number;
  /** A page may be several elements. */
  readonly #isCut: boolean;
  #end = -1;

  constructor(
    { reach, description, bouncesAll, logicalPages, limits: { elementBytes, elementBoundary } }: Device,
    bouncePages: readonly number[] | undefined,
    limits: MapLimits,
  ) {
    this.#reach = reach;
    this.#bouncesAll = bouncesAll;
    this.#logicalPages = logicalPages;
    this.physicals = logicalPages === undefined ? undefined : [];
    this.#isScattered = description.scatterGather === true;
    this.#bouncePages = bouncePages;
    this.#limits = limits;
    this.#elementBytes = elementBytes;
    this.#boundary = elementBoundary;
    this.#isCut = this.#elementBytes < PAGE_SIZE || this.#boundary < PAGE_SIZE;
  }

  get elements(): number {
    return this.runs.length / 2;
  }

  /** Bytes `at` to `at + length` of the pages of one MDL; false when a limit ended it. */
  addMember({ pageFrameNumbers: frames }: Mdl, at: number, length: number): boolean {
    const bouncesWhole = !this.#isScattered && !isOnePiece(frames, at, length, this.#reach);
    if (!this.#isScattered) this.#end = -1;
    let page = Math.floor(at / PAGE_SIZE);
    let inPage = at % PAGE_SIZE;
    for (let left = length; left > 0; page++) {
      const bytes = Math.min(left, PAGE_SIZE - inPage);
      const listed = frames[page] as number;
      const frame = listed >>> 0 === listed ? listed : frameOf(listed);
      const isBounced = this.#bouncesAll || bouncesWhole || frame * PAGE_SIZE + inPage + bytes > this.#reach;
      if (!this.#addPage(frame, inPage, bytes, isBounced)) return false;
      left -= bytes;
      inPage = 0;
    }
    return true;
  }

  #addPage(own: number, inPage: number, bytes: number, isBounced: boolean): boolean {
    if (this.pages === this.#limits.pages) return false;
    const frame = isBounced ? this.#bounceFrame() : own;
    if (frame === undefined) return false;
    const physical = frame * PAGE_SIZE + inPage;
    const seen = this.#logicalFrame(frame) * PAGE_SIZE + inPage;
    const added = this.#isCut
      ? this.#addCut(seen, physical, bytes)
      : this.#addRun(seen, physical, bytes)
        ? bytes
        : 0;
    if (added === 0) return false;
    if (isBounced)
      this.bounces.push({ buffer: own * PAGE_SIZE + inPage, bounce: physical, lengthBytes: added });
    this.pages++;
    this.lengthBytes += added;
    return added === bytes;
  }

  /** Bytes of a page as several elements, as far as a limit allows; how many. */
  #addCut(seen: number, physical: number, bytes: number): number {
    const boundary = Math.min(this.#boundary, PAGE_SIZE);
    let added = 0;
    while (added < bytes) {
      // A page that is only counted lies below 0.
      const toBoundary = boundary - ((PAGE_SIZE + ((physical + added) % PAGE_SIZE)) % boundary);
      const fits = Math.min(bytes - added, this.#elementBytes, toBoundary);
      if (!this.#addRun(seen + added, physical + added, fits)) break;
      added += fits;
    }
    return added;
  }

  #addRun(seen: number, physical: number, bytes: number): boolean {
    const { runs } = this;
    const last = runs.length - 1;
    if (seen === this.#end && this.#goesOn(seen, physical, (runs[last] as number) + bytes)) {
      runs[last] = (runs[last] as number) + bytes;
    } else {
      if (runs.length === 2 * this.#limits.elements) return false;
      // A push would be a call, since it makes a list of whole numbers one of others: a tenth of a list's time.
      runs[last + 1] = seen;
      runs[last + 2] = bytes;
      this.physicals?.push(physical);
    }
    this.#end = seen + bytes;
    return true;
  }

  /** What begins where the last element ends may be part of it, which then has `bytes`. */
  #goesOn(seen: number, physical: number, bytes: number): boolean {
    const { physicals, runs } = this;
    if (seen % this.#boundary === 0 || bytes > this.#elementBytes) return false;
    return physicals === undefined || physical === (physicals.at(-1) as number) + (runs.at(-1) as number);
  }

  #logicalFrame(frame: number): number {
    if (this.#logicalPages === undefined) return frame;
    return this.#isScattered ? this.#logicalPages.scattered(frame) : this.#logicalPages.inOrder(frame);
  }

  /**
   * The next bounce page, if there is one. A plan that is only counted has none yet: they lie apart, the worst case, or for a
   * device without scatter/gather side by side, as they will.
   */
  #bounceFrame(): number | undefined {
    const count = this.bounces.length;
    if (this.#bouncePages !== undefined) return this.#bouncePages[count];
    return count * (this.#isScattered ? 2 : 1) - FRAMES_APART;
  }
}

function isOnePiece(frames: readonly number[], at: number, length: number, reach: number): boolean {
  const first = Math.floor(at / PAGE_SIZE);
  const last = Math.floor((at + length - 1) / PAGE_SIZE);
  for (let page = first; page <= last; page++) {
    if (frames[page] !== (frames[first] as number) + page - first) return false;
  }
  return ((frames[last] as number) + 1) * PAGE_SIZE <= reach;
}

function elementsOf(runs: readonly number[]): readonly ScatterGatherElement[] {
  const elements = new Array<ScatterGatherElement>(runs.length / 2);
  for (let index = 0; index < elements.length; index++) {
    const address = wideNumber(runs[2 * index] as number) as LogicalAddress;
    elements[index] = { address, length: runs[2 * index + 1] as number, reserved: 0 };
  }
  return elements;
}

/** A window for each element. Throws `WindowError`, with none of them open, when one is refused. */
function openAll(
  table: WindowTable,
  elements: readonly ScatterGatherElement[],
  physicals: readonly number[] | undefined,
  access: Access,
): readonly OpenWindow[] {
  const windows = new Array<OpenWindow>(elements.length);
  let count = 0;
  try {
    for (const { address: logical, length: lengthBytes } of elements) {
      const other = physicals?.[count];
      const physical = (other === undefined ? logical : wideNumber(other)) as PhysicalAddress;
      windows[count] = table.open({ logical, physical, lengthBytes, access, use: "mapped" });
      count++;
    }
    return windows;
  } catch (error) {
    for (const window of windows.slice(0, count)) window.close();
    throw error;
  }
}

/**
 * A range of a buffer as the device sees it, from the moment it is mapped until it is given back. Bounce pages are filled
 * when mapped if the device reads, and copied back at the end if it writes. Throws `WindowError`, with nothing taken, when
 * the link refuses a window. Without an IOMMU a logical address is the physical one.
 */
export class Mapping implements Mapped {
  readonly range: Range;
  readonly site: CallSite | undefined;
  readonly writeToDevice: boolean;
  readonly pages: number;
  readonly lengthBytes: number;
  readonly #parts: MappingParts;
  readonly #bounces: readonly Bounce[];
  readonly #runs: readonly number[];
  readonly #physicals: readonly number[] | undefined;
  /** Dropped when the mapping ends, as are the windows: the history keeps many mappings, and numbers cost little to keep. */
  #elements: readonly ScatterGatherElement[] | undefined;
  #windows: readonly OpenWindow[];

  constructor(
    parts: MappingParts,
    range: Range,
    writeToDevice: boolean,
    { runs, physicals, bounces, pages, lengthBytes }: Plan,
    site: CallSite | undefined,
  ) {
    this.#parts = parts;
    this.site = site;
    this.range = range;
    this.writeToDevice = writeToDevice;
    this.pages = pages;
    this.lengthBytes = lengthBytes;
    this.#bounces = bounces;
    this.#runs = runs;
    this.#physicals = physicals;
    if (writeToDevice) this.#copy("in");
    this.#windows = openAll(parts.windows, this.elements, physicals, this.access);
  }

  get elements(): readonly ScatterGatherElement[] {
    this.#elements ??= elementsOf(this.#runs);
    return this.#elements;
  }

  get access(): "read" | "write" {
    return this.writeToDevice ? "read" : "write";
  }

  /** The memory that the device really reads and writes. */
  get pieces(): readonly { readonly physical: number; readonly length: number }[] {
    return this.elements.map(({ address, length }, index) => {
      return { physical: this.#physicals?.[index] ?? Number(address), length };
    });
  }

  get ranges(): readonly ScatterGatherElement[] {
    return this.elements;
  }

  get isBounced(): boolean {
    return this.#bounces.length > 0;
  }

  /** Page frame numbers of the bounce pages in use. */
  get bounceFrames(): readonly number[] {
    return this.#bounces.map(({ bounce }) => Math.floor(bounce / PAGE_SIZE));
  }

  /** In words, for messages. */
  describe(): string {
    const [first] = this.#runs;
    const where = first === undefined ? "" : `, from logical ${hexAddress(BigInt(first))}`;
    return `${counted(this.lengthBytes, "byte")} at byte ${this.range.offset} of the MDL chain, ${this.writeToDevice ? "memory to device" : "device to memory"}, ${counted(this.#runs.length / 2, "element")}${where}`;
  }

  /** Ends the mapping: what the device wrote is in the buffer now, and the device may touch nothing of it. */
  release(): void {
    for (const window of this.#windows) window.close();
    this.#windows = [];
    this.#elements = undefined;
    if (!this.writeToDevice) this.#copy("out");
    this.#parts.history.end(this);
  }

  #copy(direction: "in" | "out"): void {
    const memory = this.#parts.host.physical;
    for (const { buffer, bounce, lengthBytes } of this.#bounces) {
      const inside = memory.view(physicalAddress(BigInt(buffer)), lengthBytes);
      const outside = memory.view(physicalAddress(BigInt(bounce)), lengthBytes);
      if (direction === "in") outside.set(inside);
      else inside.set(outside);
    }
  }
}

/** Of a frame that is not one of the first 2^32: one that the MDL lacks, one below 0 and a fraction are not memory. */
function frameOf(listed: number): number {
  return Number.isSafeInteger(listed) && listed >= 0 ? listed : Number.NaN;
}
