/**
 * Consistent overhead byte stuffing (Cheshire and Baker, 1999): bytes without a zero, which is the delimiter of frames.
 * Each block is a code and the bytes before the next zero; a block of 254 bytes has code 255, and no zero follows it.
 */
const FULL = 255;

/** The most bytes that `lengthBytes` bytes become, without a delimiter. */
export function cobsBound(lengthBytes: number): number {
  return lengthBytes + Math.max(1, Math.ceil(lengthBytes / (FULL - 1)));
}

/** Writes `bytes` to `target` from `at`; the position after what it has written. No empty block follows a full one at the end. */
export function cobsEncode(bytes: Uint8Array, target: Uint8Array, at: number): number {
  const { length } = bytes;
  let code = at;
  let to = at + 1;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] as number;
    if (byte !== 0) target[to++] = byte;
    const isFull = to - code === FULL;
    if (byte !== 0 && (!isFull || i === length - 1)) continue;
    target[code] = to - code;
    code = to++;
  }
  target[code] = to - code;
  return to;
}

/** Writes what `bytes` are without stuffing to `target`; its length, or -1 when they are not such an encoding, or too long for it. */
export function cobsDecode(bytes: Uint8Array, target: Uint8Array): number {
  const { length } = bytes;
  let to = 0;
  let i = 0;
  while (i < length) {
    const code = bytes[i++] as number;
    const end = i + code - 1;
    if (code === 0 || end > length || to + code > target.length + 1) return -1;
    while (i < end) target[to++] = bytes[i++] as number;
    if (code === FULL || i === length) continue;
    if (to === target.length) return -1;
    target[to++] = 0;
  }
  return to;
}
