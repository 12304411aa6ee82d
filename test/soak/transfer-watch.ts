import type { Link } from "../../src/bus/link.ts";
import { lengthIn } from "./placement.ts";
import { type ChannelId, channelIds, type Plan } from "./plan.ts";
import { placementOf, type Variant } from "./variant.ts";

const STEP_CYCLES = 4;

interface Place {
  readonly from: bigint;
  readonly to: bigint;
}

/** Sees when a channel is at a transfer of which not all bursts fit in flight: a part of it is still to be asked for. */
export class TransferWatch {
  readonly #link: Link;
  readonly #long: Readonly<Record<ChannelId, readonly Place[]>>;
  readonly #bursts: Record<ChannelId, number> = { h2c: 0, c2h: 0 };

  constructor(link: Link, plan: Plan, variant: Variant) {
    const { burstBytes, outstanding } = variant.geometry;
    const placesOf = (id: ChannelId): Place[] => {
      const starts = placementOf(id, plan, variant).pieces;
      return plan[id].pieces.flatMap((piece, index) => {
        const from = starts[index] as bigint;
        const lengthBytes = lengthIn(piece);
        const isLong = lengthBytes > burstBytes * (outstanding + 1);
        return isLong ? [{ from, to: from + BigInt(lengthBytes) }] : [];
      });
    };
    this.#long = { h2c: placesOf("h2c"), c2h: placesOf("c2h") };
    this.#link = link;
    link.onEvent((event) => {
      if (event.kind !== "access" || event.master !== 0) return;
      for (const id of channelIds)
        if (this.#long[id].some(({ from, to }) => event.address >= from && event.address < to))
          this.#bursts[id]++;
    });
  }

  /** Lets time pass, at most `cycles`. True as soon as the channel asks for a burst of a long transfer. */
  async isMoving(id: ChannelId, cycles: number): Promise<boolean> {
    const before = this.#bursts[id];
    for (let left = cycles; left > 0; left -= STEP_CYCLES) {
      await this.#link.idle(Math.min(left, STEP_CYCLES));
      if (this.#bursts[id] !== before) return true;
    }
    return false;
  }
}
