const FIRST_CAPACITY = 4096;

/** Bytes of a stream from offset `start` to `end`, in a ring that grows: what is sent and may have to be sent again. */
export class ByteRing {
  #bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  #start = 0;
  #end = 0;

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  push(bytes: Uint8Array): void {
    const needed = this.#end - this.#start + bytes.length;
    if (needed > this.#bytes.length) this.#grow(needed);
    const at = this.#end % this.#bytes.length;
    const first = bytes.subarray(0, this.#bytes.length - at);
    this.#bytes.set(first, at);
    this.#bytes.set(bytes.subarray(first.length), 0);
    this.#end += bytes.length;
  }

  /** A copy of `lengthBytes` bytes from offset `from`. */
  slice(from: number, lengthBytes: number): Uint8Array {
    const at = from % this.#bytes.length;
    const first = this.#bytes.subarray(at, at + lengthBytes);
    if (first.length === lengthBytes) return first.slice();
    return Buffer.concat([first, this.#bytes.subarray(0, lengthBytes - first.length)]);
  }

  dropTo(offset: number): void {
    this.#start = offset;
  }

  #grow(needed: number): void {
    let capacity = this.#bytes.length;
    while (capacity < needed) capacity *= 2;
    const kept = this.slice(this.#start, this.#end - this.#start);
    this.#bytes = new Uint8Array(capacity);
    const { length } = kept;
    const at = this.#start % capacity;
    const first = kept.subarray(0, Math.min(length, capacity - at));
    this.#bytes.set(first, at);
    this.#bytes.set(kept.subarray(first.length), 0);
  }
}
