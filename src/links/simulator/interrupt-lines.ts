import type { Port, Simulation } from "../../engine/engine.ts";

const COUNT_BITS = 32n;

/** The device's interrupt lines as the harness has them, as of the last `look`. */
export class InterruptLines {
  readonly #levelPort: Port;
  readonly #risesPort: Port;
  readonly #seenPort: Port;
  /** Since the reset, by vector. */
  readonly #rises: number[];
  #levels = 0;
  #total = 0;
  /** All counts, as the harness has them side by side. */
  #packed = 0n;

  constructor(simulation: Simulation) {
    this.#levelPort = simulation.port("irq");
    this.#risesPort = simulation.port("irq_rises");
    this.#seenPort = simulation.port("host_irq_seen");
    this.#rises = new Array<number>(this.#levelPort.width).fill(0);
  }

  get count(): number {
    return this.#rises.length;
  }

  /** Rises of all lines. */
  get total(): number {
    return this.#total;
  }

  get isAnyHigh(): boolean {
    return this.#levels !== 0;
  }

  isHigh(vector: number): boolean {
    return ((this.#levels >>> vector) & 1) === 1;
  }

  rises(vector: number): number {
    return this.#rises[vector] as number;
  }

  /** The harness stops at a rise after those that were seen. */
  tellSeen(): void {
    this.#seenPort.write(this.count === 1 ? this.#total : this.#packed);
  }

  look(): void {
    this.#levels = this.#levelPort.read();
    if (this.count > 1) this.#lookAtSeveral();
    else this.#rises[0] = this.#total = this.#risesPort.read();
  }

  #lookAtSeveral(): void {
    const packed = this.#risesPort.readBig();
    if (packed === this.#packed) return;
    this.#packed = packed;
    for (let vector = 0; vector < this.count; vector++)
      this.#rises[vector] = Number(BigInt.asUintN(32, packed >> (COUNT_BITS * BigInt(vector))));
    this.#total = this.#rises.reduce((sum, rises) => sum + rises, 0);
  }
}
