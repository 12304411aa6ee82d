/** The names that take the fewest edits to become `name`, the nearest first; whether letters are capitals does not count. */
export function nearest(name: string, known: readonly string[], most = 3): string[] {
  return known
    .map((each) => ({ each, edits: editsBetween(name.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, most)
    .map(({ each }) => each);
}

/** Characters to insert, delete or replace (Levenshtein). */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 1; at <= from.length; at++) {
    const next = [at];
    for (let column = 1; column <= to.length; column++) {
      const isOther = from[at - 1] === to[column - 1] ? 0 : 1;
      const replaced = (row[column - 1] as number) + isOther;
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
