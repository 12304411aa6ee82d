import type { ErrorInjection, ErrorResponse } from "../../bus/error-injection.ts";
import type { Direction } from "../../bus/event.ts";
import type { LogicalAddress } from "../../core/address.ts";
import { ControlCode } from "../../wire/control-message.ts";

const ENTRIES = 4;
const RESPONSE = { SLVERR: 2, DECERR: 3 } as const;
const MODE = { at: 0, afterBeats: 1, remove: 2 } as const;

/** Takes requests of the control channel. */
interface Asked {
  ask(code: number, payload: Uint8Array): Promise<unknown>;
}

/** Errors of host memory that the simulator is asked for; they go with the next crossing. */
export class FarErrors implements ErrorInjection {
  readonly addresses = ENTRIES;
  readonly #far: Asked;
  #used = 0;

  constructor(far: Asked) {
    this.#far = far;
  }

  at(address: LogicalAddress, direction: Direction, response: ErrorResponse): () => void {
    if (this.#used === ENTRIES)
      throw new RangeError(`all ${ENTRIES} failing addresses of the harness are in use`);
    this.#used++;
    this.#inject(MODE.at, direction, response, address);
    let isLive = true;
    return () => {
      if (!isLive) return;
      isLive = false;
      this.#used--;
      this.#inject(MODE.remove, direction, response, address);
    };
  }

  afterBeats(beats: number, direction: Direction, response: ErrorResponse): void {
    if (!Number.isInteger(beats) || beats < 0) throw new RangeError(`${beats} is no number of beats`);
    this.#inject(MODE.afterBeats, direction, response, BigInt(beats));
  }

  #inject(mode: number, direction: Direction, response: ErrorResponse, at: bigint): void {
    const payload = Buffer.alloc(12);
    payload[0] = mode;
    payload[1] = direction === "read" ? 0 : 1;
    payload[2] = RESPONSE[response];
    payload.writeBigUInt64LE(at, 4);
    // The end of the link is reported by what waits for it.
    this.#far.ask(ControlCode.inject, payload).catch(() => {});
  }
}
