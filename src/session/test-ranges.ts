import { readFileSync } from "node:fs";
import { type ESTree, parseSync, Visitor } from "vite";
import type { CollectedTest } from "./worker-log.ts";

/** The tests of a file whose call, as it is written, has this line; tests of a table or a loop share one. */
export function testsAt(file: string, line: number, tests: readonly CollectedTest[]): CollectedTest[] {
  const calls = callsIn(file).filter(({ first, last }) => first <= line && line <= last);
  const around = tests.filter((test) => calls.some(({ names }) => names.includes(test.line ?? 0)));
  // The innermost, where one encloses another.
  const nearest = Math.max(...around.map((test) => test.line ?? 0));
  return around.filter((test) => test.line === nearest);
}

interface CallRange {
  readonly first: number;
  readonly last: number;
  /** Lines of what is called, such as `test.each(...)`. */
  readonly names: readonly number[];
}

function callsIn(file: string): CallRange[] {
  const text = readFileSync(file, "utf8");
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const lineOf = (offset: number): number => starts.findLastIndex((start) => start <= offset) + 1;
  const calls: CallRange[] = [];
  const visitor = new Visitor({
    CallExpression({ start, end, callee }: ESTree.CallExpression) {
      const [first, until] = [lineOf(start), lineOf(callee.end)];
      const names = Array.from({ length: until - first + 1 }, (_, index) => first + index);
      calls.push({ first, last: lineOf(end), names });
    },
  });
  visitor.visit(parseSync(file, text).program);
  return calls;
}
