import { compactDescriptor, completion, descriptor, type Layout } from "../spec/descriptors.ts";

/** One entry of a ring of descriptors, as the host writes it. */
export interface Descriptor {
  readonly hostAddress: bigint;
  readonly cardAddress: bigint;
  readonly lengthBytes: number;
  /** Raise the channel's DONE when it completes. */
  readonly interrupt: boolean;
  /** The last of a transfer. */
  readonly end: boolean;
  /** Comes back in the completion; compact descriptors have none. */
  readonly tag?: number;
}

/** One entry of a ring of completion records, as the device writes it. */
export interface Completion {
  readonly index: number;
  /** An error kind; 0 is success. */
  readonly status: number;
  readonly stage: number;
  readonly write: boolean;
  readonly phase: 0 | 1;
  readonly residueBytes: number;
  readonly tag: number;
}

export type DescriptorForm = "full" | "compact";

const layouts = { full: descriptor, compact: compactDescriptor } as const;

/** Bytes of one descriptor. */
export function descriptorBytes(form: DescriptorForm): number {
  return layouts[form].sizeBytes;
}

/** Writes a descriptor to `bytes`, which are its place in the ring. */
export function encodeDescriptor(bytes: Uint8Array, form: DescriptorForm, item: Descriptor): void {
  const layout = layouts[form];
  bytes.fill(0, 0, layout.sizeBytes);
  put(bytes, layout, "HOST_ADDRESS", item.hostAddress);
  put(bytes, layout, "CARD_ADDRESS", item.cardAddress);
  put(bytes, layout, "LENGTH", BigInt(item.lengthBytes));
  put(bytes, layout, "INTERRUPT", item.interrupt ? 1n : 0n);
  put(bytes, layout, "END", item.end ? 1n : 0n);
  if (form === "full") put(bytes, layout, "TAG", BigInt(item.tag ?? 0));
}

export const COMPLETION_BYTES: number = completion.sizeBytes;

export function decodeCompletion(bytes: Uint8Array): Completion {
  const member = (name: string): number => Number(take(bytes, completion, name));
  return {
    index: member("INDEX"),
    status: member("STATUS"),
    stage: member("STAGE"),
    write: member("WRITE") === 1,
    phase: member("PHASE") === 1 ? 1 : 0,
    residueBytes: member("RESIDUE"),
    tag: member("TAG"),
  };
}

function placeOf(layout: Layout, name: string): { first: number; lsb: number; width: number } {
  const member = layout.members.find((one) => one.name === name);
  if (member === undefined) throw new RangeError(`${layout.name} has no member ${name}`);
  return { first: member.offset, lsb: member.lsb, width: member.width };
}

/** Throws `RangeError` when the value does not fit its member. */
function put(bytes: Uint8Array, layout: Layout, name: string, value: bigint): void {
  const { first, lsb, width } = placeOf(layout, name);
  if (value < 0n || value >= 1n << BigInt(width)) {
    throw new RangeError(`${layout.name}.${name}: ${value} does not fit in ${width} bits`);
  }
  let rest = value << BigInt(lsb);
  for (let at = first; rest !== 0n; at++, rest >>= 8n) {
    bytes[at] = (bytes[at] as number) | Number(rest & 0xffn);
  }
}

function take(bytes: Uint8Array, layout: Layout, name: string): bigint {
  const { first, lsb, width } = placeOf(layout, name);
  let value = 0n;
  for (let at = first + Math.ceil((lsb + width) / 8) - 1; at >= first; at--) {
    value = (value << 8n) | BigInt(bytes[at] as number);
  }
  return (value >> BigInt(lsb)) & ((1n << BigInt(width)) - 1n);
}
