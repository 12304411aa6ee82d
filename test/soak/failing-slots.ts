import { logicalAddress } from "../../src/core/address.ts";
import { COMPLETION_BYTES } from "../../src/driver/ring.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import { kinds, type Outcome, stages } from "./expectation.ts";
import type { Placement } from "./placement.ts";
import type { Injection } from "./plan.ts";

/** Descriptors and records of one ring that host memory answers with an error, by slot. */
export class FailingSlots {
  readonly #link: SimulatorLink;
  readonly #placement: Placement;
  readonly #entries: number;
  readonly #descriptorBytes: number;
  readonly #descriptors = new Map<number, Pick<Outcome, "kind" | "stage" | "address">>();
  readonly #records = new Map<number, number>();

  constructor(link: SimulatorLink, placement: Placement, entries: number, descriptorBytes: number) {
    this.#link = link;
    this.#placement = placement;
    this.#entries = entries;
    this.#descriptorBytes = descriptorBytes;
  }

  inject({ stage, target, place, response }: Injection): void {
    const slot = target % this.#entries;
    const kind = kinds[response];
    const { ring, records } = this.#placement;
    if (stage === "descriptor" && !this.#descriptors.has(slot)) {
      const offset = Math.floor((place * this.#descriptorBytes) / 8) * 8;
      const address = logicalAddress(ring + BigInt(slot * this.#descriptorBytes + offset));
      this.#descriptors.set(slot, { kind, stage: stages.DESCRIPTOR, address });
      this.#link.errors.at(address, "read", response);
    }
    if (stage === "completion" && !this.#records.has(slot)) {
      this.#records.set(slot, kind);
      const address = records + BigInt(slot * COMPLETION_BYTES + (place < 0.5 ? 0 : 8));
      this.#link.errors.at(logicalAddress(address), "write", response);
    }
  }

  descriptorAt(slot: number): Pick<Outcome, "kind" | "stage" | "address"> | undefined {
    return this.#descriptors.get(slot);
  }

  /** The error kind. */
  recordAt(slot: number): number | undefined {
    return this.#records.get(slot);
  }
}
