import type { Random } from "../../src/core/random.ts";
import { type Frame, FrameKind } from "../../src/wire/frame.ts";

/** The most payload of a fuzzed frame, unless more is wanted. */
export const MTU = 128;
const KINDS = Object.values(FrameKind);

export function anyFrame(random: Random, mostBytes = MTU): Frame {
  const payload = random.bytes(random.integer(0, mostBytes));
  // Runs of zeros and of none are what stuffing is about.
  const style = random.integer(0, 3);
  if (style === 1) payload.fill(0);
  if (style === 2) payload.fill(0x5a);
  return {
    kind: KINDS[random.integer(0, KINDS.length - 1)] as number,
    ...{ epoch: random.integer(0, 15), seq: random.integer(0, 0xffff), ack: random.integer(0, 0xffff) },
    ...{ window: random.integer(0, 255), payload },
  };
}

export function damaged(line: Uint8Array, random: Random): Uint8Array {
  const bytes = [...line];
  for (let fault = random.integer(1, 3); fault > 0; fault--) {
    const at = random.integer(0, bytes.length - 1);
    const how = random.integer(0, 4);
    if (how === 0) bytes[at] = (bytes[at] as number) ^ (1 << random.integer(0, 7));
    else if (how === 1) bytes.splice(at, random.integer(1, 4));
    else if (how === 2) bytes.splice(at, 0, ...random.bytes(random.integer(1, 8)));
    else if (how === 3) bytes.length = Math.max(1, at);
    else bytes[at] = 0;
    if (bytes.length === 0) bytes.push(1);
  }
  return Uint8Array.from(bytes);
}

export function inPieces(line: Uint8Array, random: Random, receive: (piece: Uint8Array) => void): void {
  for (let at = 0; at < line.length; ) {
    const size = random.integer(1, 64);
    receive(line.subarray(at, at + size));
    at += size;
  }
}

export function sameFrame(one: Frame, other: Frame): boolean {
  const { payload, ...header } = one;
  return (
    Object.entries(header).every(([key, value]) => other[key as keyof Frame] === value) &&
    Buffer.compare(payload, other.payload) === 0
  );
}

/** The last block of a line reaches one byte beyond its end; unstuffed, the frame is whole. */
export function beyondEnd(line: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(line);
  let at = bytes[0] === 0 ? 1 : 0;
  while (at + (bytes[at] as number) < bytes.length - 1) at += bytes[at] as number;
  bytes[at] = (bytes[at] as number) + 1;
  return bytes;
}
