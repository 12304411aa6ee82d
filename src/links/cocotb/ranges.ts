/** Runs of consecutive numbers, of a list in ascending order: the first, and the one after the last. */
export function ranges(numbers: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number) last[1]++;
    else found.push([number, number + 1]);
  }
  return found;
}

/** Where two arrays of one length differ: runs between which at least `gap` bytes are the same. */
export function changedRuns(bytes: Uint8Array, before: Uint8Array, gap: number): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === before[at]) continue;
    const last = found.at(-1);
    if (last !== undefined && at - last[1] < gap) last[1] = at + 1;
    else found.push([at, at + 1]);
  }
  return found;
}
