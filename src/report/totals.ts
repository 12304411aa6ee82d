import { type LineCounts, sumOfLines } from "../bus/line-counts.ts";
import type { BenchResult, HostMemoryCounts } from "./run-result.ts";

/** What the tests of a run did, together. */
export interface Totals {
  readonly cycles: number;
  readonly interrupts: number;
  /** Absent where there was no serial line. */
  readonly line?: LineCounts;
  /** Absent where no test observed it. */
  readonly hostMemory?: HostMemoryCounts;
  /** Of tests of which it is not known although their link may observe it. */
  readonly hostMemoryMissing: readonly string[];
}

export function totalsOf(benches: readonly BenchResult[]): Totals {
  const facts = benches.flatMap((bench) => bench.facts ?? []);
  const observed = facts.flatMap((each) => each.hostMemory ?? []);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const hostMemory = {
    accesses: observed[0]?.accesses ?? "bursts",
    reads: sum(observed.map(({ reads }) => reads)),
    writes: sum(observed.map(({ writes }) => writes)),
    readBytes: sum(observed.map(({ readBytes }) => readBytes)),
    writtenBytes: sum(observed.map(({ writtenBytes }) => writtenBytes)),
  };
  const lines = facts.flatMap(({ line }) => line ?? []);
  return {
    ...(lines.length === 0 ? {} : { line: sumOfLines(lines) }),
    cycles: sum(facts.map(({ cycles }) => cycles)),
    interrupts: sum(facts.map(({ interrupts }) => interrupts)),
    ...(observed.length === 0 ? {} : { hostMemory }),
    hostMemoryMissing: facts.flatMap(({ hostMemoryMissing }) => hostMemoryMissing ?? []),
  };
}
