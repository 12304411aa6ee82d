/** What a board says of itself in BOOT and SYNC reply; docs/wire.md has the layout and the units. */
export interface Identity {
  readonly version: number;
  /** The widest register access. */
  readonly registerBits: number;
  /** The device's AXI4 data bus. */
  readonly memoryBits: number;
  readonly memoryAddressBits: number;
  readonly registerAddressBits: number;
  readonly interruptLines: number;
  /** Most bytes of payload in a frame. */
  readonly mtu: number;
  /** Bytes of the board's buffer for what the host sends. */
  readonly receiveRing: number;
  /** Bytes that the board may have sent without acknowledgement. */
  readonly transmitRing: number;
  readonly clockHz: number;
  /** The first 32 bits of SHA-256 over what the bitstream was built of; 0: unknown. */
  readonly buildHash: number;
  /** Bytes of host memory that the board may have asked for and not yet got. */
  readonly readAhead: number;
  /** Of a BOOT: a key of `bootReasons`. */
  readonly reason: number;
}

export const WIRE_VERSION = 1;
const MAGIC = "HILT";
const IDENTITY_BYTES = 28;

/** Why a board says BOOT, by `Identity.reason`. */
export const bootReasons: readonly string[] = [
  "power-up or reset",
  "a frame of another session",
  "a message that it does not know",
  "its watchdog",
];

export function encodeIdentity(identity: Identity): Uint8Array {
  const bytes = Buffer.alloc(IDENTITY_BYTES);
  bytes.write(MAGIC, "latin1");
  bytes[4] = identity.version;
  bytes[5] = identity.registerBits;
  bytes[6] = identity.memoryBits;
  bytes[7] = identity.memoryAddressBits;
  bytes[8] = identity.registerAddressBits;
  bytes[9] = identity.interruptLines;
  bytes.writeUInt16LE(identity.mtu, 10);
  bytes.writeUInt16LE(identity.receiveRing, 12);
  bytes.writeUInt16LE(identity.transmitRing, 14);
  bytes.writeUInt32LE(identity.clockHz, 16);
  bytes.writeUInt32LE(identity.buildHash, 20);
  bytes.writeUInt16LE(identity.readAhead, 24);
  bytes[26] = identity.reason;
  return bytes;
}

/** Undefined for what does not begin with the magic, or is too short. Longer ones are of later versions, and fine. */
export function parseIdentity(payload: Uint8Array): Identity | undefined {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (bytes.length < IDENTITY_BYTES || bytes.toString("latin1", 0, 4) !== MAGIC) return undefined;
  return {
    version: bytes.readUInt8(4),
    registerBits: bytes.readUInt8(5),
    memoryBits: bytes.readUInt8(6),
    memoryAddressBits: bytes.readUInt8(7),
    registerAddressBits: bytes.readUInt8(8),
    interruptLines: bytes.readUInt8(9),
    mtu: bytes.readUInt16LE(10),
    receiveRing: bytes.readUInt16LE(12),
    transmitRing: bytes.readUInt16LE(14),
    clockHz: bytes.readUInt32LE(16),
    buildHash: bytes.readUInt32LE(20),
    readAhead: bytes.readUInt16LE(24),
    reason: bytes.readUInt8(26),
  };
}
