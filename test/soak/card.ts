import type { Simulation } from "../../src/engine/engine.ts";

/** The card's memory of a simulation, seen from behind: two banks of bus words. */
export class CardMemory {
  readonly #even: Uint8Array;
  readonly #odd: Uint8Array;
  readonly #wordBytes: number;

  constructor(simulation: Simulation) {
    const even = simulation.array("device.card.even");
    this.#even = even.bytes;
    this.#odd = simulation.array("device.card.odd").bytes;
    this.#wordBytes = even.elementBytes;
  }

  read(address: number, lengthBytes: number): Uint8Array {
    const result = new Uint8Array(lengthBytes);
    this.#forWords(address, lengthBytes, (bank, place, at) => {
      result.set(bank.subarray(place, place + this.#wordBytes), at);
    });
    return result;
  }

  write(address: number, bytes: Uint8Array): void {
    this.#forWords(address, bytes.length, (bank, place, at) => {
      bank.set(bytes.subarray(at, at + this.#wordBytes), place);
    });
  }

  /** `address` and `lengthBytes` are multiples of two words. */
  #forWords(
    address: number,
    lengthBytes: number,
    visit: (bank: Uint8Array, place: number, at: number) => void,
  ): void {
    const pair = 2 * this.#wordBytes;
    for (let at = 0; at < lengthBytes; at += pair) {
      const place = (address + at) / 2;
      visit(this.#even, place, at);
      visit(this.#odd, place, at + this.#wordBytes);
    }
  }
}
