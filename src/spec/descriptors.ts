/**
 * Descriptors and completion records in host memory, little-endian. Both channels use the same layouts; a ring holds
 * one form only. Written by the host, read by the device (descriptors), and the other way round (completions).
 */

export interface Member {
  readonly name: string;
  /** Byte offset. */
  readonly offset: number;
  /** Bits, from bit 0 of the byte at `offset` on. */
  readonly lsb: number;
  readonly width: number;
  readonly doc: string;
}

export interface Layout {
  readonly name: string;
  readonly sizeBytes: number;
  readonly doc: string;
  readonly members: readonly Member[];
}

const member = (name: string, offset: number, width: number, doc: string, lsb = 0): Member => ({
  name,
  offset,
  lsb,
  width,
  doc,
});

export const descriptor: Layout = {
  name: "DESCRIPTOR",
  sizeBytes: 32,
  doc: "One piece of work, 32-byte aligned, so that it never crosses a 4 KiB boundary.",
  members: [
    member("HOST_ADDRESS", 0, 64, "Logical address in host memory; any alignment."),
    member("CARD_ADDRESS", 8, 64, "Byte address in the card's memory."),
    member("LENGTH", 16, 32, "Bytes, 1 to CARD_MEMORY_BYTES."),
    member("INTERRUPT", 20, 1, "Raise (or count towards) the channel's DONE when it completes.", 0),
    member(
      "END",
      20,
      1,
      "Last descriptor of a transfer: its completion carries the residue of the whole transfer, modulo 2^32.",
      1,
    ),
    member("RESERVED", 20, 30, "Zero; anything else is MALFORMED.", 2),
    member("TAG", 24, 64, "The host's own; its lower 32 bits come back in the completion."),
  ],
};

export const compactDescriptor: Layout = {
  name: "COMPACT",
  sizeBytes: 16,
  doc: "The same work in half the bytes: shorter lengths, no tag. 16-byte aligned.",
  members: [
    member("HOST_ADDRESS", 0, 64, "Logical address in host memory; any alignment."),
    member("CARD_ADDRESS", 8, 32, "Byte address in the card's memory."),
    member("LENGTH", 12, 24, "Bytes, 1 to the smaller of 2^24 - 1 and CARD_MEMORY_BYTES."),
    member("INTERRUPT", 15, 1, "As in the 32-byte form.", 0),
    member("END", 15, 1, "As in the 32-byte form.", 1),
    member("RESERVED", 15, 6, "Zero; anything else is MALFORMED.", 2),
  ],
};

export const completion: Layout = {
  name: "COMPLETION",
  sizeBytes: 16,
  doc: "What became of one descriptor; written only after its last data access has been answered.",
  members: [
    member("INDEX", 0, 16, "Ring index of the descriptor."),
    member("STATUS", 2, 4, "See the error kinds; 0 is success.", 0),
    member("STAGE", 2, 2, "See the error stages.", 4),
    member("WRITE", 2, 1, "The failed access was a write to host memory.", 6),
    member("RESIDUE", 4, 32, "Bytes that did not arrive: of this descriptor or, with END, of its transfer."),
    member("TAG", 8, 32, "Lower half of the descriptor's TAG; 0 for compact descriptors."),
    member("RESERVED", 12, 31, "Zero."),
    member(
      "PHASE",
      15,
      1,
      "Inverts with each turn of the ring, 1 in the first: tells a new record from an old one. In the byte that is written last, so that a record that looks new is whole.",
      7,
    ),
  ],
};

export const layouts: readonly Layout[] = [descriptor, compactDescriptor, completion];
