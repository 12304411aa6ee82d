import { PAGE_SIZE } from "../core/address.ts";

/** A host as drivers meet it: where its RAM lies, how torn its free memory is, and what its DMA can do. */
export interface PlatformProfile extends ElementLimits {
  /** RAM by physical address, at most four pieces; none overlaps another, and neighbours are one piece. */
  readonly banks: readonly BankLayout[];
  /** `shuffled`: free pages are handed out in an order that the seed decides; `contiguous`: in order of address. */
  readonly fragmentation: Fragmentation;
  /** Bytes that are handed out together, neighbouring and aligned: 4096, or a power of two times that. */
  readonly pageBytes: number;
  /** Address bits that the driver claims for its device, 24 to 64; beyond them buffers are bounced. */
  readonly deviceAddressBits: number;
  /** `out-of-reach`: what the device cannot reach is bounced; `everything`: all of it, so that data move at map and flush alone. */
  readonly bounces: "out-of-reach" | "everything";
  /** `physical`: a device's addresses are the memory's; `shuffled`: others, in an order that the seed decides, as with an IOMMU. */
  readonly logicalAddresses: "physical" | "shuffled";
  /** Map registers of all adapters together: pages that can be mapped at a time. */
  readonly mapRegisters: number;
}

/** What the device, or the way to it, demands of the elements of a scatter/gather list. */
export interface ElementLimits {
  /** Most elements of one transfer. */
  readonly scatterGatherLimit: number;
  /** Most bytes of an element. */
  readonly elementBytes: number;
  /** No element crosses a multiple of these bytes, a power of two. */
  readonly elementBoundary: number;
  /** Bytes of which the address of each element is a multiple: a power of two, at most a page. */
  readonly dmaAlignment: number;
  /** Bytes of which the length of each element is a multiple: the same. */
  readonly minimumTransferUnit: number;
}

/** Elements as a controller without limits takes them. The boundary is that of a 32-bit counter of addresses. */
export const anyElements: ElementLimits = {
  scatterGatherLimit: 2 ** 32 - 1,
  elementBytes: 2 ** 32,
  elementBoundary: 2 ** 32,
  dmaAlignment: 1,
  minimumTransferUnit: 1,
};

export type Fragmentation = "contiguous" | "shuffled";

export interface BankLayout {
  /** Physical address. */
  readonly base: number;
  /** A multiple of 4096. */
  readonly bytes: number;
}

const MIB = 2 ** 20;
/** Addresses from one multiple of these bytes to the next lie together, whatever a device reaches and a link decodes. */
const BLOCK_BYTES = 16 * MIB;
/** What a bank takes of logical addresses when they are shuffled: its own, unused, and its pages twice. */
const SHUFFLED_SHARE = 3;

/** A bank below and one above 4 GiB, scattered pages, a device that reaches both. */
export const standardProfile: PlatformProfile = {
  banks: [
    { base: 0x1000_0000, bytes: 16 * MIB },
    { base: 0x1_8000_0000, bytes: 16 * MIB },
  ],
  fragmentation: "shuffled",
  pageBytes: PAGE_SIZE,
  deviceAddressBits: 64,
  bounces: "out-of-reach",
  logicalAddresses: "physical",
  mapRegisters: 4096,
  ...anyElements,
};

/** The profiles that every project has. */
export const platformProfiles: Readonly<Record<string, PlatformProfile>> = {
  standard: standardProfile,
  /** Buffers are one piece each. */
  contiguous: { ...standardProfile, fragmentation: "contiguous" },
  /** Pages of 64 KiB, as on some servers: fewer and longer elements. */
  "large-pages": { ...standardProfile, pageBytes: 16 * PAGE_SIZE },
  /** A device of 32 address bits: half of all pages are bounced. */
  "32-bit-device": { ...standardProfile, deviceAddressBits: 32 },
  /** The same in a large host, whose memory lies nearly all above 4 GiB. */
  "large-host": {
    ...standardProfile,
    banks: [
      { base: 0x1000_0000, bytes: 2 * MIB },
      { base: 0x1_8000_0000, bytes: 16 * MIB },
      { base: 0x40_0000_0000, bytes: 8 * MIB },
    ],
    deviceAddressBits: 32,
  },
  /** Each page is bounced: a buffer that is read before it is given back, or written after it was mapped, has the wrong bytes. */
  "bounce-everything": { ...standardProfile, bounces: "everything" },
  /** A host with an IOMMU: a device that is given a physical address reaches nothing. */
  "logical-is-not-physical": {
    ...standardProfile,
    banks: [
      { base: 0x1000_0000, bytes: 5 * MIB },
      { base: 0x1_8000_0000, bytes: 5 * MIB },
    ],
    logicalAddresses: "shuffled",
  },
  /** A host in which transfers wait for map registers. */
  "few-map-registers": { ...standardProfile, mapRegisters: 16 },
  /** A device that takes few elements, and short ones: transfers are cut. */
  "short-lists": {
    ...standardProfile,
    scatterGatherLimit: 8,
    elementBytes: 2 * PAGE_SIZE,
    elementBoundary: 4 * PAGE_SIZE,
  },
};

export const DEFAULT_PROFILE = "standard";

/** What is wrong with a profile, with the member's name; undefined when it can be used. */
export function profileFault(profile: PlatformProfile): string | undefined {
  const { banks, pageBytes, deviceAddressBits, logicalAddresses } = profile;
  const fault = banksFault(banks, logicalAddresses) ?? elementsFault(profile);
  if (fault !== undefined) return fault;
  if (pageBytes < PAGE_SIZE || !isPowerOfTwo(pageBytes))
    return `pageBytes: ${pageBytes} is not a power of two from ${PAGE_SIZE} on`;
  if (deviceAddressBits < 24 || deviceAddressBits > 64)
    return `deviceAddressBits: ${deviceAddressBits} is not between 24 and 64`;
  return undefined;
}

function elementsFault(limits: ElementLimits): string | undefined {
  const { scatterGatherLimit, elementBytes, elementBoundary, dmaAlignment, minimumTransferUnit } = limits;
  if (!isWhole(scatterGatherLimit))
    return `scatterGatherLimit: ${scatterGatherLimit} is not a number of elements`;
  for (const [name, bytes] of Object.entries({ dmaAlignment, minimumTransferUnit }))
    if (!isPowerOfTwo(bytes) || bytes > PAGE_SIZE)
      return `${name}: ${bytes} is not a power of two from 1 to ${PAGE_SIZE}`;
  const step = Math.max(dmaAlignment, minimumTransferUnit);
  const steps = `as dmaAlignment or minimumTransferUnit is ${step}`;
  if (!isWhole(elementBytes) || elementBytes % step !== 0)
    return `elementBytes: ${elementBytes} is not a multiple of ${step}, ${steps}`;
  if (!isPowerOfTwo(elementBoundary) || elementBoundary < step)
    return `elementBoundary: ${elementBoundary} is not a power of two from ${step} on, ${steps}`;
  return undefined;
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function isPowerOfTwo(value: number): boolean {
  return isWhole(value) && Number.isInteger(Math.log2(value));
}

function banksFault(
  banks: readonly BankLayout[],
  logicalAddresses: PlatformProfile["logicalAddresses"],
): string | undefined {
  if (banks.length < 1 || banks.length > 4) return `banks: ${banks.length} of them, there may be 1 to 4`;
  for (const [index, { base, bytes }] of banks.entries()) {
    const place = `banks[${index}]`;
    if (bytes < PAGE_SIZE || bytes % PAGE_SIZE !== 0)
      return `${place}.bytes: ${bytes} is not a multiple of a page of ${PAGE_SIZE} bytes`;
    if (base % PAGE_SIZE !== 0)
      return `${place}.base: ${base} is not a multiple of a page of ${PAGE_SIZE} bytes`;
    if (logicalAddresses === "shuffled" && (base % BLOCK_BYTES) + SHUFFLED_SHARE * bytes > BLOCK_BYTES)
      return `${place}: ${bytes} bytes; for shuffled logicalAddresses ${SHUFFLED_SHARE} times as many must lie within a multiple of 16 MiB`;
    const overlap = overlapFault(banks.slice(0, index), banks[index] as BankLayout, logicalAddresses);
    if (overlap !== undefined) return `${place}: ${overlap}`;
  }
  return undefined;
}

function overlapFault(
  others: readonly BankLayout[],
  { base, bytes }: BankLayout,
  logicalAddresses: PlatformProfile["logicalAddresses"],
): string | undefined {
  const share = logicalAddresses === "shuffled" ? SHUFFLED_SHARE : 1;
  const at = others.findIndex(
    (one) => base < one.base + share * one.bytes && one.base < base + share * bytes,
  );
  if (at < 0) return undefined;
  const why = share === 1 ? "" : `; for shuffled logicalAddresses each takes ${share} times its bytes`;
  return `overlaps banks[${at}]${why}`;
}
