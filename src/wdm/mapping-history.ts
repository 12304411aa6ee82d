import type { Access } from "../bus/window.ts";
import { type CallSite, CallSites, describeSite } from "../core/call-sites.ts";

/** Ended mappings that are remembered. */
const MOST = 64;

/** Memory that a device may touch, from a routine that mapped it to one that ended it. */
export interface Mapped {
  readonly access: Access;
  readonly ranges: readonly { readonly address: bigint; readonly length: number }[];
  /** In words: what, in which direction, where. */
  describe(): string;
  /** Of the call that mapped it. */
  readonly site: CallSite | undefined;
}

interface Ended {
  readonly mapped: Mapped;
  readonly site: CallSite | undefined;
}

/** What was mapped until a while ago, and where calls stood: for messages. */
export class MappingHistory {
  readonly sites: CallSites = new CallSites();
  readonly #ended: Ended[] = [];
  #next = 0;

  end(mapped: Mapped): void {
    this.#ended[this.#next] = { mapped, site: this.sites.keep() };
    this.#next = (this.#next + 1) % MOST;
  }

  /** Why the device may not touch an address that is or was mapped; undefined when it never was, or was long ago. */
  explain(address: bigint, live: Iterable<Mapped>): string | undefined {
    for (const mapped of live)
      if (covers(mapped, address))
        return `that is mapped for it to ${mapped.access} alone: ${inWords(mapped)}`;
    const newest = [...this.#ended.slice(this.#next), ...this.#ended.slice(0, this.#next)].toReversed();
    const ended = newest.find(({ mapped }) => covers(mapped, address));
    if (ended === undefined) return undefined;
    return `that was mapped and given back: ${inWords(ended.mapped)}, given back ${describeSite(ended.site)}`;
  }
}

function covers({ ranges }: Mapped, address: bigint): boolean {
  return ranges.some(({ address: start, length }) => address >= start && address < start + BigInt(length));
}

/** With the place that mapped it. */
export function inWords(mapped: Mapped): string {
  return `${mapped.describe()}, mapped ${describeSite(mapped.site)}`;
}
