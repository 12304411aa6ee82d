/** Numbers of a page; a page is 32 KiB. */
const PAGE = 1 << 18;

/** A set of whole numbers that lie close together: a bit for each. */
export class NumberSet {
  readonly #pages = new Map<number, Uint32Array>();

  has(number: number): boolean {
    const at = number % PAGE;
    return (((this.#pages.get(Math.floor(number / PAGE))?.[at >>> 5] ?? 0) >>> (at & 31)) & 1) !== 0;
  }

  add(number: number): void {
    const index = Math.floor(number / PAGE);
    const page = this.#pages.get(index) ?? new Uint32Array(PAGE / 32);
    this.#pages.set(index, page);
    const at = number % PAGE;
    page[at >>> 5] = (page[at >>> 5] as number) | (1 << (at & 31));
  }
}
