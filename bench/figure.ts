/** One measured figure: the median of `runs` runs. */
export interface Figure {
  readonly what: string;
  readonly median: number;
  readonly unit: string;
  readonly runs: number;
  readonly note: string;
}

export function figure(what: string, unit: string, samples: readonly number[], note = ""): Figure {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1
      ? (sorted[middle] as number)
      : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
  return { what, median, unit, runs: samples.length, note };
}
