/**
 * The register map of the hilt DMA controller: the one truth. The Verilog header and `docs/registers.md` are generated
 * from it (`npm run generate`).
 *
 * The controller moves bytes between host memory and a memory of its own (the card's). It has two channels, each in
 * one direction: `h2c` (host to card) reads host memory, `c2h` (card to host) writes it. Each takes its work from one
 * register-mode transfer or, where `FEATURES.RINGS` is set, from a ring of descriptors in host memory. All registers
 * are 32 bits wide, little-endian, and can be read at any time without a side effect. A write to a read-only or
 * reserved register is ignored; an access beyond the map is answered with SLVERR.
 */

export type Access = "ro" | "rw" | "wo" | "w1c";

export interface Field {
  readonly name: string;
  /** Lowest bit. */
  readonly lsb: number;
  readonly width: number;
  readonly doc: string;
}

export interface Register {
  readonly name: string;
  /** Byte offset in its block. */
  readonly offset: number;
  readonly access: Access;
  /** Value after reset; absent where it is a parameter of the build. */
  readonly reset?: number;
  readonly doc: string;
  readonly fields?: readonly Field[];
}

export interface Block {
  readonly name: string;
  /** Byte offsets at which the block stands, by instance name. */
  readonly instances: Readonly<Record<string, number>>;
  readonly doc: string;
  readonly registers: readonly Register[];
}

/** Bytes of the register map; an access at or beyond is an error. */
export const REGISTER_SPACE_BYTES = 0x400;

/** "HILT" in ASCII, first letter in the lowest byte. */
export const MAGIC = 0x544c4948;

/** Version of this map: major in the upper half (incompatible), minor in the lower (additions). */
export const VERSION = 0x0001_0000;

const bit = (name: string, lsb: number, doc: string): Field => ({ name, lsb, width: 1, doc });

export const globalBlock = {
  name: "GLOBAL",
  instances: { global: 0x000 },
  doc: "Identity, control and interrupts of the whole controller.",
  registers: [
    {
      name: "MAGIC",
      offset: 0x00,
      access: "ro",
      reset: MAGIC,
      doc: 'Reads "HILT"; anything else is no hilt controller.',
    },
    {
      name: "VERSION",
      offset: 0x04,
      access: "ro",
      reset: VERSION,
      doc: "Version of the register map.",
      fields: [
        { name: "MINOR", lsb: 0, width: 16, doc: "Grows with compatible additions." },
        { name: "MAJOR", lsb: 16, width: 16, doc: "Grows with incompatible changes." },
      ],
    },
    {
      name: "BUILD_HASH",
      offset: 0x08,
      access: "ro",
      doc: "Parameter BUILD_HASH: tells two builds of the RTL apart.",
    },
    {
      name: "FEATURES",
      offset: 0x0c,
      access: "ro",
      doc: "What this build can do. A register or flag that belongs to an absent feature reads zero and ignores writes.",
      fields: [
        bit(
          "REGISTER_MODE",
          0,
          "Transfers described by registers (HOST_ADDRESS, CARD_ADDRESS, LENGTH, COMMAND.START).",
        ),
        bit("RINGS", 1, "Descriptor rings in host memory."),
        bit("COMPACT", 2, "Compact 16-byte descriptors."),
        bit("COMPLETIONS", 3, "Completion records written to host memory."),
        bit("COALESCING", 4, "Interrupt coalescing by count and time."),
        bit("ABORT", 5, "COMMAND.ABORT ends a transfer early with an exact residue."),
        bit("ADDRESS_64", 6, "Host addresses of 64 bits; otherwise the upper halves are absent."),
        bit("UNALIGNED", 7, "Any byte alignment of host and card addresses and of lengths."),
        bit("CONCURRENT", 8, "Both channels move data at the same time."),
      ],
    },
    {
      name: "LIMITS",
      offset: 0x10,
      access: "ro",
      doc: "Sizes of this build.",
      fields: [
        { name: "DATA_BYTES_LOG2", lsb: 0, width: 4, doc: "Bytes of the host bus, as a power of two." },
        {
          name: "BURST_BYTES_LOG2",
          lsb: 4,
          width: 4,
          doc: "Largest burst in bytes, as a power of two; bursts end at its multiples.",
        },
        { name: "OUTSTANDING", lsb: 8, width: 8, doc: "Most bursts in flight per channel." },
        {
          name: "RING_ENTRIES_LOG2",
          lsb: 16,
          width: 5,
          doc: "Largest ring in entries, as a power of two; 0 without rings.",
        },
        { name: "ADDRESS_BITS", lsb: 24, width: 7, doc: "Width of a host address, 32 to 64." },
      ],
    },
    {
      name: "CARD_MEMORY_BYTES",
      offset: 0x14,
      access: "ro",
      doc: "Size of the card's memory in bytes; also the largest length of one transfer.",
    },
    {
      name: "SCRATCH",
      offset: 0x18,
      access: "rw",
      reset: 0,
      doc: "Keeps what is written; for the self-test of a link.",
    },
    {
      name: "CONTROL",
      offset: 0x1c,
      access: "rw",
      reset: 0,
      doc: "Control of the whole controller.",
      fields: [
        bit(
          "BUS_MASTER",
          0,
          "Allows accesses to host memory. A transfer started while 0 fails with BUS_MASTER_OFF; clearing it ends what is in flight the same way. Once the write is answered no address is offered that was not before.",
        ),
        bit(
          "RESET",
          1,
          "Writing 1 ends what is in flight as ABORT does, then resets every register of the map. Reads 1 until that is done: for as long as host memory does not answer.",
        ),
      ],
    },
    {
      name: "IRQ_STATUS",
      offset: 0x20,
      access: "w1c",
      reset: 0,
      doc: "Sticky causes; write 1 to clear. A cause that arises in the cycle in which it is cleared stays set.",
      fields: [
        bit("H2C_DONE", 0, "A transfer of the h2c channel ended well."),
        bit("H2C_ERROR", 1, "The h2c channel halted: see its ERROR."),
        bit("C2H_DONE", 8, "A transfer of the c2h channel ended well."),
        bit("C2H_ERROR", 9, "The c2h channel halted: see its ERROR."),
        bit("TEST", 31, "IRQ_TEST was written."),
      ],
    },
    {
      name: "IRQ_ENABLE",
      offset: 0x24,
      access: "rw",
      reset: 0,
      doc: "The interrupt line is high while IRQ_STATUS & IRQ_ENABLE is not zero.",
    },
    {
      name: "IRQ_TEST",
      offset: 0x28,
      access: "wo",
      doc: "Writing bit 0 as 1 sets IRQ_STATUS.TEST.",
      fields: [bit("RAISE", 0, "Sets IRQ_STATUS.TEST.")],
    },
  ],
} as const satisfies Block;

export const channelBlock = {
  name: "CHANNEL",
  instances: { h2c: 0x100, c2h: 0x200 },
  doc: "One channel: h2c reads host memory into the card's, c2h writes the card's memory to the host.",
  registers: [
    {
      name: "COMMAND",
      offset: 0x00,
      access: "wo",
      doc: "Commands. START while busy or while the ring is on is ignored; so are an ABORT while not busy, also in the write that starts a transfer, and a RESUME when no ring is halted: the error of a transfer of the registers stays.",
      fields: [
        bit("START", 0, "Starts the transfer that HOST_ADDRESS, CARD_ADDRESS and LENGTH describe."),
        bit(
          "ABORT",
          1,
          "Ends the transfer in flight: no new burst, every accepted one completes, however long host memory takes. Of a busy ring, the descriptor at RING_HEAD or, when that one ends well, the next one. FEATURES.ABORT.",
        ),
        bit("RESUME", 2, "Lets a halted ring go on at RING_HEAD. FEATURES.RINGS."),
      ],
    },
    {
      name: "STATUS",
      offset: 0x04,
      access: "ro",
      reset: 0,
      doc: "State of the channel.",
      fields: [
        bit(
          "BUSY",
          0,
          "A transfer is in flight, or the ring has descriptors to work off; goes low only when no bus access is in flight.",
        ),
        bit("DONE", 1, "The last transfer (of a ring: descriptor) ended well."),
        bit(
          "HALTED",
          2,
          "The last transfer ended with ERROR; cleared by the next START, by RESUME and by switching the ring on.",
        ),
      ],
    },
    {
      name: "HOST_ADDRESS_LOW",
      offset: 0x08,
      access: "rw",
      reset: 0,
      doc: "Lower half of the logical address in host memory. Register mode; write while not busy.",
    },
    {
      name: "HOST_ADDRESS_HIGH",
      offset: 0x0c,
      access: "rw",
      reset: 0,
      doc: "Upper half. FEATURES.ADDRESS_64.",
    },
    { name: "CARD_ADDRESS", offset: 0x10, access: "rw", reset: 0, doc: "Byte address in the card's memory." },
    {
      name: "LENGTH",
      offset: 0x14,
      access: "rw",
      reset: 0,
      doc: "Bytes to move, 1 to CARD_MEMORY_BYTES. 0 fails with ZERO_LENGTH.",
    },
    {
      name: "RESIDUE",
      offset: 0x18,
      access: "ro",
      reset: 0,
      doc: "Bytes of the last transfer (of a ring: descriptor) that did not arrive, counted from its first fault; 0 when it ended well, and when its descriptor could not be read.",
    },
    {
      name: "ERROR",
      offset: 0x1c,
      access: "ro",
      reset: 0,
      doc: "The first error of the last transfer (of a ring: descriptor).",
      fields: [
        { name: "KIND", lsb: 0, width: 4, doc: "See the error kinds." },
        { name: "STAGE", lsb: 4, width: 2, doc: "What was being accessed: see the error stages." },
        bit("WRITE", 6, "The access was a write to host memory."),
        { name: "INDEX", lsb: 16, width: 16, doc: "Ring index of the descriptor; 0 in register mode." },
      ],
    },
    {
      name: "ERROR_ADDRESS_LOW",
      offset: 0x20,
      access: "ro",
      reset: 0,
      doc: "Logical address of the failed access: of the bus word for a read, of the first byte of the burst for a write; 0 when nothing was accessed.",
    },
    {
      name: "ERROR_ADDRESS_HIGH",
      offset: 0x24,
      access: "ro",
      reset: 0,
      doc: "Upper half. FEATURES.ADDRESS_64.",
    },
    {
      name: "COMPLETED",
      offset: 0x28,
      access: "ro",
      reset: 0,
      doc: "Transfers and descriptors that ended, well or not, since reset; wraps.",
    },
    {
      name: "RING_CONTROL",
      offset: 0x40,
      access: "rw",
      reset: 0,
      doc: "The ring's switch and form; its bases and form can be written only while it is off and the channel is not busy. A write without byte 0 or byte 1 is ignored. FEATURES.RINGS.",
      fields: [
        bit(
          "ENABLE",
          0,
          "The ring is on: descriptors from RING_HEAD up to RING_TAIL are worked off. Stays 0 when ENTRIES_LOG2 is 0 or beyond LIMITS, and when the ring or, with COMPLETIONS, its records would leave the host's address space. Clearing it while busy ends the descriptor in flight as ABORT does.",
        ),
        bit("COMPACT", 1, "The ring holds compact descriptors. FEATURES.COMPACT."),
        bit("COMPLETIONS", 2, "Write a completion record for each descriptor. FEATURES.COMPLETIONS."),
        { name: "ENTRIES_LOG2", lsb: 8, width: 5, doc: "Entries of the ring, as a power of two." },
      ],
    },
    {
      name: "RING_BASE_LOW",
      offset: 0x44,
      access: "rw",
      reset: 0,
      doc: "Logical address of the ring, aligned to a descriptor; the lower bits are 0. FEATURES.RINGS.",
    },
    { name: "RING_BASE_HIGH", offset: 0x48, access: "rw", reset: 0, doc: "Upper half." },
    {
      name: "RING_HEAD",
      offset: 0x4c,
      access: "ro",
      reset: 0,
      doc: "Index of the next descriptor that the channel will finish; 0 while the ring is off. A failed descriptor is finished too, save when BUS_MASTER_OFF barred it from being read. FEATURES.RINGS.",
    },
    {
      name: "RING_TAIL",
      offset: 0x50,
      access: "rw",
      reset: 0,
      doc: "Index after the last descriptor that the host has written: the doorbell. Equal to RING_HEAD the ring is empty, so one entry stays free. 0 while the ring is off. A write without byte 0 or byte 1 is ignored. FEATURES.RINGS.",
    },
    {
      name: "COMPLETION_BASE_LOW",
      offset: 0x54,
      access: "rw",
      reset: 0,
      doc: "Logical address of the completion ring, 16-byte aligned, as many entries as the ring. FEATURES.COMPLETIONS.",
    },
    { name: "COMPLETION_BASE_HIGH", offset: 0x58, access: "rw", reset: 0, doc: "Upper half." },
    {
      name: "COALESCE",
      offset: 0x5c,
      access: "rw",
      reset: 0,
      doc: "DONE is raised after COUNT interrupt-flagged descriptors or TIME since the first of them, whichever is first, and when the channel halts or the ring is switched off. FEATURES.COALESCING.",
      fields: [
        { name: "COUNT", lsb: 0, width: 8, doc: "0 and 1: at once." },
        { name: "TIME", lsb: 16, width: 16, doc: "In units of 16 cycles; 0: no time limit." },
      ],
    },
  ],
} as const satisfies Block;

export const blocks: readonly Block[] = [globalBlock, channelBlock];
