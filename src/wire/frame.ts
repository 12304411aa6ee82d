import { crc32 } from "node:zlib";
import { cobsBound, cobsEncode } from "./cobs.ts";

/** Kinds of frames, as in docs/wire.md. */
export const FrameKind = {
  data: 2,
  nak: 3,
  probe: 4,
  syncNew: 8,
  syncResume: 9,
  syncReply: 10,
  boot: 11,
} as const;

export interface Frame {
  /** One of `FrameKind`, or what a later version has. */
  readonly kind: number;
  /** 1 to 15; 0 outside of a session. */
  readonly epoch: number;
  /** Offset of the payload's first byte, modulo 65,536; of SYNC and its reply the token. */
  readonly seq: number;
  /** Offset of the next byte that the sender expects, modulo 65,536. */
  readonly ack: number;
  /** In units of 64 bytes. */
  readonly window: number;
  readonly payload: Uint8Array;
}

const HEADER_BYTES = 6;
const CRC_BYTES = 4;
/** Of a frame before stuffing, beside its payload. */
export const OVERHEAD_BYTES = HEADER_BYTES + CRC_BYTES;
/** The most payload of a frame that any board may have. */
export const GREATEST_MTU = 4096;
const NO_PAYLOAD = new Uint8Array();

/** The bytes of a frame on the line, its delimiter included. SYNC and BOOT have one before them, too. */
export function encodeFrame(frame: Omit<Frame, "payload"> & { readonly payload?: Uint8Array }): Uint8Array {
  const { kind, epoch, seq, ack, window, payload = NO_PAYLOAD } = frame;
  const raw = Buffer.allocUnsafe(OVERHEAD_BYTES + payload.length);
  raw[0] = (kind << 4) | epoch;
  raw.writeUInt16LE(seq, 1);
  raw.writeUInt16LE(ack, 3);
  raw[5] = window;
  raw.set(payload, HEADER_BYTES);
  const end = HEADER_BYTES + payload.length;
  raw.writeUInt32LE(crc32(raw.subarray(0, end)), end);
  const before = kind >= FrameKind.syncNew ? 1 : 0;
  const line = Buffer.allocUnsafe(before + cobsBound(raw.length) + 1);
  line[0] = 0;
  const to = cobsEncode(raw, line, before);
  line[to] = 0;
  return line.subarray(0, to + 1);
}

/** The frame that these bytes are, header to CRC; undefined when they are none. Its payload is a view of them. */
export function parseFrame(raw: Buffer): Frame | undefined {
  const end = raw.length - CRC_BYTES;
  if (end < HEADER_BYTES || crc32(raw.subarray(0, end)) !== raw.readUInt32LE(end)) return undefined;
  const first = raw[0] as number;
  return {
    kind: first >> 4,
    epoch: first & 15,
    seq: raw.readUInt16LE(1),
    ack: raw.readUInt16LE(3),
    window: raw[5] as number,
    payload: raw.subarray(HEADER_BYTES, end),
  };
}
