/**
 * Messages of vfio-user, version 0.1, as the documentation of libvfio-user has them: a header of 16 bytes, and what follows
 * by command. Numbers are little-endian.
 */
export const Command = {
  version: 1,
  dmaMap: 2,
  dmaUnmap: 3,
  getInfo: 4,
  getRegionInfo: 5,
  getIrqInfo: 7,
  setIrqs: 8,
  regionRead: 9,
  regionWrite: 10,
  dmaRead: 11,
  dmaWrite: 12,
  reset: 13,
} as const;

export const Flag = { typeMask: 0xf, reply: 1, noReply: 0x10, error: 0x20 } as const;

export const HEADER_BYTES = 16;

/** The header of a message whose payload follows. */
export interface Header {
  readonly id: number;
  readonly command: number;
  /** Of the whole message. */
  readonly lengthBytes: number;
  readonly flags: number;
  /** Of the system, in a reply with `Flag.error`. */
  readonly errno: number;
}

export function parseHeader(bytes: Buffer): Header {
  return {
    id: bytes.readUInt16LE(0),
    command: bytes.readUInt16LE(2),
    lengthBytes: bytes.readUInt32LE(4),
    flags: bytes.readUInt32LE(8),
    errno: bytes.readUInt32LE(12),
  };
}

/** A message with room for a payload of so many bytes. */
export function startMessage(id: number, command: number, payloadBytes: number, flags = 0): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + payloadBytes);
  bytes.writeUInt16LE(id, 0);
  bytes.writeUInt16LE(command, 2);
  bytes.writeUInt32LE(bytes.length, 4);
  bytes.writeUInt32LE(flags, 8);
  return bytes;
}
