interface Pair {
  readonly link: number;
  readonly device: number;
}

/** When in device time something was, of which the link knows a cycle of its own clock: between moments at which both are known. */
export class CycleMap {
  /** Both rise. */
  readonly #pairs: Pair[] = [];

  /** Cycle `device` of the device has been seen in cycle `link` of the link's clock. */
  note(link: number, device: number): void {
    const last = this.#pairs.at(-1);
    if (last === undefined || (link > last.link && device >= last.device)) this.#pairs.push({ link, device });
  }

  /** In proportion; outside of what is known, as if both clocks were the same. */
  deviceCycle(link: number): number {
    const next = this.#pairs.findIndex((pair) => pair.link >= link);
    const after = this.#pairs[next];
    const before = next === -1 ? this.#pairs.at(-1) : this.#pairs[next - 1];
    if (before === undefined || after === undefined) {
      const known = before ?? after ?? { link: 0, device: 0 };
      return known.device + link - known.link;
    }
    const share = (link - before.link) / (after.link - before.link);
    return before.device + share * (after.device - before.device);
  }
}
