import type { LinkEventListener } from "../../bus/event.ts";
import { logicalAddress } from "../../core/address.ts";

/** Consecutive bytes that the device has written: one event, in the cycle of the last of them. */
export class WrittenRun {
  #start = 0n;
  #bytes: number[] = [];
  #cycle = 0;

  add(address: bigint, byte: number, cycle: number, listener: LinkEventListener): void {
    if (this.#bytes.length > 0 && address !== this.#start + BigInt(this.#bytes.length)) this.end(listener);
    if (this.#bytes.length === 0) this.#start = address;
    this.#bytes.push(byte);
    this.#cycle = cycle;
  }

  end(listener: LinkEventListener): void {
    if (this.#bytes.length === 0) return;
    const bytes = Uint8Array.from(this.#bytes);
    this.#bytes = [];
    listener({ kind: "written", cycle: this.#cycle, address: logicalAddress(this.#start), bytes });
  }
}
