/** Pages whose windows are kept in one array. */
const CHUNK_PAGES = 64;

type Users<W> = W | Set<W> | undefined;

/**
 * Which windows are live on which page. Windows may overlap, and neighbours share a page: a link maps a page with its first
 * window, and unmaps it with its last.
 *
 * Most pages have one window. Arrays, because a Map that is filled and emptied without end keeps old windows alive until the
 * next full garbage collection; in chunks, because most pages never have one.
 */
export class WindowMap<W extends object> {
  readonly #chunks: (Users<W>[] | undefined)[] = [];

  get live(): ReadonlySet<W> {
    const live = new Set<W>();
    // Only chunks that are there.
    for (const chunk of Object.values(this.#chunks))
      for (const users of chunk ?? []) for (const window of each(users)) live.add(window);
    return live;
  }

  /** True for the first window on the page. */
  add(page: number, window: W): boolean {
    const index = Math.floor(page / CHUNK_PAGES);
    let chunk = this.#chunks[index];
    if (chunk === undefined) {
      chunk = new Array<Users<W>>(CHUNK_PAGES).fill(undefined);
      this.#chunks[index] = chunk;
    }
    const at = page % CHUNK_PAGES;
    const users = chunk[at];
    if (users === undefined) chunk[at] = window;
    else if (users instanceof Set) users.add(window);
    else chunk[at] = new Set([users, window]);
    return users === undefined;
  }

  /** The windows that are left on the page; undefined when that was the last. */
  remove(page: number, window: W): ReadonlySet<W> | undefined {
    const chunk = this.#chunks[Math.floor(page / CHUNK_PAGES)];
    if (chunk === undefined) return undefined;
    const at = page % CHUNK_PAGES;
    const users = chunk[at];
    if (users instanceof Set) {
      users.delete(window);
      if (users.size > 0) return users;
    }
    chunk[at] = undefined;
    return undefined;
  }

  /** The windows on a page. */
  on(page: number): Iterable<W> {
    return each(this.#chunks[Math.floor(page / CHUNK_PAGES)]?.[page % CHUNK_PAGES]);
  }
}

function each<W extends object>(users: Users<W>): Iterable<W> {
  if (users === undefined) return [];
  return users instanceof Set ? users : [users];
}
