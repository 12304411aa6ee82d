import type { Direction, LinkEvent } from "../../src/bus/event.ts";
import type { Link } from "../../src/bus/link.ts";
import { field, RegisterFile } from "../../src/driver/register-file.ts";
import type { HarnessSettings } from "../../src/links/simulator/settings.ts";

/** On a bus that takes an address in each cycle, those that its masters had offered are gone so soon. */
const QUICK_CYCLES = 3;
const BUS_MASTER = field("CONTROL", "BUS_MASTER").mask;

/**
 * What the device asks for after CONTROL.BUS_MASTER was cleared, by the cycles of events. What it offered before the write was
 * answered must stay until it is taken: of each master one address in each direction.
 */
export class BusMasterWatch {
  readonly #link: Pick<Link, "writeRegister">;
  readonly #control: number;
  readonly #isQuick: Readonly<Record<Direction, boolean>>;
  /** Since when it has been 0: the cycle in which the write was answered. */
  #offSince: number | undefined;
  /** What was written to CONTROL and not yet answered, in order: an event does not say it. */
  readonly #written: number[] = [];
  readonly #after = new Map<string, number>();
  #late: string | undefined;

  /** `isQuick`: the bus takes an address in each cycle. */
  constructor(link: Link, isQuick: Readonly<Record<Direction, boolean>>) {
    this.#isQuick = isQuick;
    this.#link = link;
    this.#control = new RegisterFile(link).global.addressOf("CONTROL");
    const write = link.writeRegister.bind(link);
    link.writeRegister = (address, value) => {
      if (address === this.#control) this.#written.push(value);
      write(address, value);
    };
    link.onEvent((event) => this.#note(event));
  }

  /** The first that was asked for and should not have been. */
  get late(): string | undefined {
    return this.#late;
  }

  /** Writes BUS_MASTER as 0. */
  clear(): void {
    this.#link.writeRegister(this.#control, 0);
  }

  /** Writes it as 1; what was asked for before and should not have been. */
  set(): string | undefined {
    this.#link.writeRegister(this.#control, BUS_MASTER);
    return this.#late;
  }

  #note(event: LinkEvent): void {
    if (event.kind === "register" && event.access === "write" && event.address === this.#control) {
      this.#after.clear();
      const value = this.#written.shift() ?? 0;
      this.#offSince = (value & BUS_MASTER) === 0 ? event.cycle : undefined;
    } else if (event.kind === "access" && this.#offSince !== undefined && event.cycle > this.#offSince) {
      const asker = `${event.direction} ${event.master}`;
      const count = (this.#after.get(asker) ?? 0) + 1;
      this.#after.set(asker, count);
      if (count > 1 || (this.#isQuick[event.direction] && event.cycle > this.#offSince + QUICK_CYCLES))
        this.#late ??= `${asker} asks for 0x${event.address.toString(16)} in cycle ${event.cycle}; it was cleared in cycle ${this.#offSince}`;
    }
  }
}

/** Directions in which host memory takes an address in each cycle. */
export function quickness({
  stalls,
  readOutstanding,
  writeOutstanding,
  readyAfterValid,
}: HarnessSettings): Record<Direction, boolean> {
  const { ar = 0, aw = 0 } = typeof stalls === "object" ? stalls : { ar: stalls, aw: stalls };
  const isReady = readyAfterValid !== true;
  return {
    read: isReady && ar === 0 && readOutstanding === 64,
    write: isReady && aw === 0 && writeOutstanding === 64,
  };
}
