import { crc32 } from "node:zlib";
import { HostSession } from "../../src/wire/host-session.ts";

/** Bytes of the host's stream: all that it was given to send, and those that the board has acknowledged. */
export interface Account {
  readonly acknowledgedBytes: number;
  readonly sentBytes: number;
}

/** The kinds of frames that acknowledge inside a session: data, and data that ask for a repetition. */
const ACKNOWLEDGING = [2, 3];
const SYNC_REPLY = 10;
const OFFSETS = 0x1_0000;

/**
 * Looks at what the host's sessions are given, from the line and to be sent, and reads the frames by docs/wire.md with code of its own: what
 * an account of a loss must say. One at a time.
 */
export class LineWitness implements Disposable {
  readonly #before = { receive: HostSession.prototype.receive, send: HostSession.prototype.send };
  #rest = Buffer.alloc(0);
  #epoch = -1;
  #acknowledged = 0;
  #sent = 0;

  constructor() {
    const witness = this;
    const { receive, send } = this.#before;
    HostSession.prototype.receive = function (this: HostSession, bytes) {
      witness.#see(bytes);
      receive.call(this, bytes);
    };
    HostSession.prototype.send = function (this: HostSession, bytes) {
      if (this.isUp) witness.#sent += bytes.length;
      send.call(this, bytes);
    };
  }

  get account(): Account {
    return { acknowledgedBytes: this.#acknowledged, sentBytes: this.#sent };
  }

  [Symbol.dispose](): void {
    Object.assign(HostSession.prototype, this.#before);
  }

  #see(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end = this.#rest.indexOf(0); end >= 0; end = this.#rest.indexOf(0)) {
      this.#frame(unstuffed(this.#rest.subarray(0, end)));
      this.#rest = this.#rest.subarray(end + 1);
    }
  }

  #frame(frame: Buffer): void {
    const body = frame.subarray(0, -4);
    if (body.length < 6 || crc32(body) !== frame.readUInt32LE(body.length)) return;
    const [kind, epoch] = [body.readUInt8(0) >> 4, body.readUInt8(0) & 15];
    if (kind === SYNC_REPLY && epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#acknowledged = this.#sent = 0;
    }
    if (epoch !== this.#epoch || !ACKNOWLEDGING.includes(kind)) return;
    const moved = (body.readUInt16LE(3) - this.#acknowledged + OFFSETS * 2 ** 16) % OFFSETS;
    // What is older is of a frame that was overtaken; no window is half of all offsets.
    if (moved < OFFSETS / 2) this.#acknowledged += moved;
  }
}

/** Of COBS; something short for what is none. */
function unstuffed(piece: Buffer): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < piece.length; ) {
    const length = piece[at] as number;
    parts.push(piece.subarray(at + 1, at + length));
    at += length;
    if (length < 255 && at < piece.length) parts.push(Uint8Array.of(0));
  }
  return Buffer.concat(parts);
}
