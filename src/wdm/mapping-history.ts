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

  /** Why the device may not `access` an address that is or was mapped; undefined when it never was, or was long ago. */
  explain(address: bigint, access: "read" | "write", live: Iterable<Mapped>): string | undefined {
    for (const mapped of live)
      if (covers(mapped, address))
        return allows(mapped, access)
          ? `that was not mapped for it before: ${inWords(mapped)}`
          : `that is mapped for it to ${mapped.access} alone: ${inWords(mapped)}`;
    const newest = [...this.#ended.slice(this.#next), ...this.#ended.slice(0, this.#next)].toReversed();
    const ended = newest.find(({ mapped }) => covers(mapped, address));
    if (ended === undefined) return undefined;
    const { mapped, site } = ended;
    const how = allows(mapped, access) ? "" : ` for it to ${mapped.access} alone,`;
    return `that was mapped${how} and given back: ${inWords(mapped)}, given back ${describeSite(site)}`;
  }
}

function allows({ access }: Mapped, wanted: "read" | "write"): boolean {
  return access === "read-write" || access === wanted;
}

function covers({ ranges }: Mapped, address: bigint): boolean {
  return ranges.some(({ address: start, length }) => address >= start && address < start + BigInt(length));
}

/** With the place that mapped it. */
export function inWords(mapped: Mapped): string {
  return `${mapped.describe()}, mapped ${describeSite(mapped.site)}`;
}
