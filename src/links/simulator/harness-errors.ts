import type { ErrorInjection, ErrorResponse } from "../../bus/error-injection.ts";
import type { Direction } from "../../bus/event.ts";
import type { LogicalAddress } from "../../core/address.ts";
import type { Simulation } from "../../engine/engine.ts";

const ENTRIES = 4;
const RESPONSE = { SLVERR: 2, DECERR: 3 } as const;
const DIRECTION_BIT = { read: 1, write: 2 } as const;

/** The table of `sim/harness/hilt_harness_errors.v`. */
export class HarnessErrors implements ErrorInjection {
  readonly addresses = ENTRIES;
  readonly #simulation: Simulation;
  readonly #isUsed: boolean[] = new Array(ENTRIES).fill(false);

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  at(address: LogicalAddress, direction: Direction, response: ErrorResponse): () => void {
    const entry = this.#isUsed.indexOf(false);
    if (entry < 0) throw new RangeError(`all ${ENTRIES} failing addresses of the harness are in use`);
    const control = this.#simulation.port(`cfg_error_control_${entry}`);
    this.#isUsed[entry] = true;
    this.#simulation.port(`cfg_error_address_${entry}`).write(address);
    control.write((RESPONSE[response] << 2) | DIRECTION_BIT[direction]);
    let isLive = true;
    return () => {
      if (!isLive) return;
      isLive = false;
      this.#isUsed[entry] = false;
      control.write(0);
    };
  }

  afterBeats(beats: number, direction: Direction, response: ErrorResponse): void {
    if (!Number.isInteger(beats) || beats < 0) throw new RangeError(`${beats} is no number of beats`);
    const now = this.#simulation.port(`${direction}_beats`).read();
    this.#simulation.port(`cfg_error_${direction}_beat`).write((now + beats) % 2 ** 32);
    this.#simulation.port(`cfg_error_${direction}_beat_kind`).write(RESPONSE[response]);
  }
}
