import type { LinkEvent } from "../bus/event.ts";
import { OpenAccesses } from "../bus/open-accesses.ts";

interface Range {
  readonly from: bigint;
  /** After its last byte. */
  readonly to: bigint;
}

/**
 * Whether the bytes of the device's writes have come: a link that observes accesses and gives no bytes, or not all of them, must not
 * pass for one whose journal can be replayed. Of each write, one byte at least must come, or an error.
 */
export class WriteProof {
  /** Writes of which nothing has come yet; those that are answered without are the proof of the contrary. */
  readonly #open = new OpenAccesses<Range & { isProven: boolean }>();
  #hasEnds = false;
  #isBroken = false;

  see(event: LinkEvent): void {
    switch (event.kind) {
      case "access": {
        const { direction, address: from, lengthBytes } = event;
        if (direction === "write")
          this.#open.begin(event, { from, to: from + BigInt(lengthBytes), isProven: false });
        return;
      }
      case "written":
        this.#prove({ from: event.address, to: event.address + BigInt(event.bytes.length) });
        return;
      case "fault":
      case "injected-error":
        // The address is that of a beat, which an unaligned access begins in.
        if (event.direction === "write") this.#prove({ from: event.address, to: event.address + BEAT_BYTES });
        return;
      case "access-end":
        if (event.direction === "read") return;
        this.#hasEnds = true;
        this.#isBroken ||= this.#open.end(event)?.isProven === false;
    }
  }

  /** As of now: a write that has not ended need not have come. */
  get isBroken(): boolean {
    return this.#isBroken || (!this.#hasEnds && this.#open.of("write").some(({ isProven }) => !isProven));
  }

  #prove({ from, to }: Range): void {
    const write = this.#open.of("write").find((one) => !one.isProven && one.from < to && one.to > from);
    if (write !== undefined) write.isProven = true;
    // Where accesses have no end, nothing else takes them out.
    if (!this.#hasEnds) this.#open.forget("write", ({ isProven }) => isProven, KEPT);
  }
}

const BEAT_BYTES = 8n;
/** More accesses than are under way at a time. */
const KEPT = 256;
