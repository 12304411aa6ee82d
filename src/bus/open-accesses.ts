import type { Direction } from "./event.ts";

/** An end of an access, as events have it: without a master it is the oldest one's. */
interface End {
  readonly direction: Direction;
  readonly master?: number;
}

/** What is kept of accesses that have not ended. */
export class OpenAccesses<T> {
  readonly #open: Record<Direction, { readonly master: number | undefined; readonly kept: T }[]> = {
    ...{ read: [], write: [] },
  };

  begin({ direction, master }: End, kept: T): void {
    this.#open[direction].push({ master, kept });
  }

  /** What was kept of the access that has ended: the oldest one of its master. */
  end({ direction, master }: End): T | undefined {
    const open = this.#open[direction];
    const at = master === undefined ? 0 : open.findIndex((one) => one.master === master);
    return at < 0 ? undefined : open.splice(at, 1)[0]?.kept;
  }

  /** Drops the oldest ones while `isOver` is true of them and there are more than `most`. */
  forget(direction: Direction, isOver: (kept: T) => boolean, most: number = 0): void {
    const open = this.#open[direction];
    while (open.length > most && isOver((open[0] as { readonly kept: T }).kept)) open.shift();
  }

  /** The oldest first. */
  of(direction: Direction): readonly T[] {
    return this.#open[direction].map(({ kept }) => kept);
  }
}
