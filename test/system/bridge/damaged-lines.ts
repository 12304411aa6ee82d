import { cobsBound, cobsDecode, cobsEncode } from "../../../src/wire/cobs.ts";
import { GREATEST_MTU } from "../../../src/wire/frame.ts";

/** Header, payload and CRC of a golden frame. */
export function rawOf(line: Uint8Array): Uint8Array {
  const raw = new Uint8Array(GREATEST_MTU + 10);
  const stuffed = line.subarray(line[0] === 0 ? 1 : 0, -1);
  return raw.slice(0, cobsDecode(stuffed, raw));
}

/** Places of a line: all of a short one; of a long one its ends, where blocks meet, and some between. */
function places(length: number): number[] {
  const all = Array.from({ length }, (_, at) => at);
  return all.filter((at) => at < 24 || at >= length - 24 || at % 254 < 2 || at % 61 === 0);
}

const flipped = (line: Uint8Array, at: number, bit: number): Uint8Array =>
  line.map((byte, place) => (place === at ? byte ^ (1 << bit) : byte));

/** A golden line without a delimiter before it, damaged in each way at each place. */
export function* damaged(golden: Uint8Array): Generator<Uint8Array> {
  const line = golden.subarray(golden[0] === 0 ? 1 : 0);
  const end = Uint8Array.of(0);
  for (const at of places(line.length - 1)) {
    yield Buffer.concat([flipped(line, at, at % 8), end]);
    yield Buffer.concat([line.subarray(0, at), line.subarray(at + 1)]);
    if (at > 0) yield Buffer.concat([line.subarray(0, at), end]);
    yield Buffer.concat([line.subarray(0, at), Uint8Array.of(0x5a), line.subarray(at)]);
  }
  yield Buffer.concat([line.map((byte) => 0xff - byte), end]);
}

/** A frame's raw bytes on the line again, whatever they are. */
function lineOf(raw: Uint8Array): Uint8Array {
  const line = new Uint8Array(cobsBound(raw.length) + 1);
  return line.subarray(0, cobsEncode(raw, line, 0) + 1);
}

/** The same frame with a CRC that is not its own: not inverted, of other bytes, in the other order of bytes, none. */
export function* badChecksums(raw: Uint8Array): Generator<Uint8Array> {
  const [body, crc] = [raw.subarray(0, -4), raw.subarray(-4)];
  yield lineOf(Buffer.concat([body, crc.map((byte) => 0xff - byte)]));
  yield lineOf(Buffer.concat([body, crc.slice().reverse()]));
  for (let bit = 0; bit < 32; bit++) yield lineOf(flipped(raw, body.length + (bit >> 3), bit & 7));
  yield lineOf(body);
}
