export interface Found {
  readonly index: number;
  readonly message: string;
}

/** What comes of some items side by side: the first that fails. Throws where it cannot say which. */
export type Trial<T> = (items: readonly T[]) => Promise<Found | undefined>;

/** Items that fail side by side, of which none fails alone. */
export class OnlyTogetherError extends Error {
  constructor(cause: unknown) {
    const message = cause instanceof Error ? cause.message : String(cause);
    super(`each passes alone, but side by side: ${message}`, { cause });
  }
}

/** The first of some items that fails alone. */
export async function firstThatFails<T>(items: readonly T[], trial: Trial<T>): Promise<Found | undefined> {
  let found: Found | undefined;
  try {
    found = await trial(items);
  } catch (error) {
    if (items.length === 1)
      return { index: 0, message: error instanceof Error ? error.message : String(error) };
    return await inHalves(items, trial, error);
  }
  if (found === undefined || items.length === 1) return found;
  const alone = await firstThatFails([items[found.index] as T], trial);
  if (alone === undefined) throw new OnlyTogetherError(found.message);
  return { ...alone, index: found.index };
}

async function inHalves<T>(items: readonly T[], trial: Trial<T>, error: unknown): Promise<Found> {
  const half = Math.ceil(items.length / 2);
  const first = await firstThatFails(items.slice(0, half), trial);
  if (first !== undefined) return first;
  const second = await firstThatFails(items.slice(half), trial);
  if (second === undefined) throw new OnlyTogetherError(error);
  return { ...second, index: half + second.index };
}
