import { cobsBound, cobsDecode } from "./cobs.ts";
import { type Frame, OVERHEAD_BYTES, parseFrame } from "./frame.ts";

/** Finds the frames in whatever a line brings: noise, halves of frames and other people's text are counted, and dropped. */
export class FrameDecoder {
  /** Pieces between delimiters that were not frames. */
  badFrames = 0;
  readonly #onFrame: (frame: Frame) => void;
  /** What has come since the last delimiter. */
  readonly #held: Buffer;
  #heldBytes = 0;
  readonly #raw: Buffer;

  /** `onFrame` gets a payload that is its own only until it returns. `mtu`: longer payloads are no frames. */
  constructor(mtu: number, onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
    this.#raw = Buffer.alloc(mtu + OVERHEAD_BYTES);
    // One more than the longest frame, so that what is longer can be told.
    this.#held = Buffer.alloc(cobsBound(this.#raw.length) + 1);
  }

  receive(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (;;) {
      const delimiter = bytes.indexOf(0, from);
      if (delimiter < 0) break;
      this.#end(bytes.subarray(from, delimiter));
      from = delimiter + 1;
    }
    this.#hold(bytes.subarray(from));
  }

  /** Forgets the beginning of a frame: the line was away. */
  clear(): void {
    this.#heldBytes = 0;
  }

  #hold(part: Buffer): void {
    this.#heldBytes += part.copy(this.#held, this.#heldBytes);
  }

  #end(part: Buffer): void {
    let stuffed = part;
    if (this.#heldBytes > 0) {
      this.#hold(part);
      stuffed = this.#held.subarray(0, this.#heldBytes);
      this.#heldBytes = 0;
    }
    if (stuffed.length === 0) return;
    const length = cobsDecode(stuffed, this.#raw);
    const frame = length < 0 ? undefined : parseFrame(this.#raw.subarray(0, length));
    if (frame === undefined) this.badFrames++;
    else this.#onFrame(frame);
  }
}
