import { wideNumber } from "../core/address.ts";
import { compactDescriptor, completion, descriptor, type Layout } from "../spec/descriptors.ts";

/** One entry of a ring of descriptors, as the host writes it. */
export interface Descriptor {
  readonly hostAddress: bigint;
  readonly cardAddress: number;
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

/** Where a member stands: its bits in the 32-bit word at byte `word`, or the 64-bit word if it is wider. */
interface Place {
  readonly path: string;
  readonly word: number;
  readonly shift: number;
  readonly width: number;
}

function placesOf({ name: layout, members }: Layout): Readonly<Record<string, Place>> {
  const places = members.map(({ name, offset, lsb, width }): [string, Place] => {
    const bit = offset * 8 + lsb;
    const shift = width > 32 ? 0 : bit % 32;
    return [name, { path: `${layout}.${name}`, word: (bit - shift) / 8, shift, width }];
  });
  return Object.fromEntries(places);
}

const places = { full: placesOf(descriptor), compact: placesOf(compactDescriptor) } as const;
const record = placesOf(completion);

/** Bytes of one descriptor. */
export function descriptorBytes(form: DescriptorForm): number {
  return form === "full" ? descriptor.sizeBytes : compactDescriptor.sizeBytes;
}

/** Writes a descriptor to its place in the ring, from byte `at` on. */
export function encodeDescriptor(view: DataView, at: number, form: DescriptorForm, item: Descriptor): void {
  const { HOST_ADDRESS, CARD_ADDRESS, LENGTH, INTERRUPT, END, TAG } = places[form];
  for (let word = 0; word < descriptorBytes(form); word += 4) view.setUint32(at + word, 0, true);
  put(view, at, HOST_ADDRESS as Place, item.hostAddress);
  put(view, at, CARD_ADDRESS as Place, item.cardAddress);
  put(view, at, LENGTH as Place, item.lengthBytes);
  put(view, at, INTERRUPT as Place, item.interrupt ? 1 : 0);
  put(view, at, END as Place, item.end ? 1 : 0);
  if (TAG !== undefined) put(view, at, TAG, item.tag ?? 0);
}

export const COMPLETION_BYTES: number = completion.sizeBytes;

/** The record that starts at byte `at`. */
export function decodeCompletion(view: DataView, at: number): Completion {
  const { INDEX, STATUS, STAGE, WRITE, PHASE, RESIDUE, TAG } = record;
  return {
    index: take(view, at, INDEX as Place),
    status: take(view, at, STATUS as Place),
    stage: take(view, at, STAGE as Place),
    write: take(view, at, WRITE as Place) === 1,
    phase: take(view, at, PHASE as Place) === 1 ? 1 : 0,
    residueBytes: take(view, at, RESIDUE as Place),
    tag: take(view, at, TAG as Place),
  };
}

/** Throws `RangeError` when the value does not fit its member. */
function put(view: DataView, at: number, { path, word, shift, width }: Place, value: bigint | number): void {
  if (width > 32) {
    const wide = typeof value === "number" ? wideNumber(value) : value;
    view.setBigUint64(at + word, wide, true);
    if (view.getBigUint64(at + word, true) === wide) return;
  } else {
    const narrow = Number(value);
    view.setUint32(at + word, view.getUint32(at + word, true) | (narrow << shift), true);
    if (narrow >= 0 && narrow < 2 ** width) return;
  }
  throw new RangeError(`${path}: ${value} does not fit in ${width} bits`);
}

function take(view: DataView, at: number, { word, shift, width }: Place): number {
  return ((view.getUint32(at + word, true) >>> shift) & (0xffff_ffff >>> (32 - width))) >>> 0;
}
