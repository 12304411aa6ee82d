import type { Problem } from "../report/run-result.ts";
import { placesIn, problemOf } from "./problem-of.ts";
import { testsAt } from "./test-ranges.ts";
import type { CollectedTest } from "./worker-log.ts";
import type { Orphan, WorkerRecord } from "./worker-record.ts";

/** What was thrown or rejected where nobody awaited or caught it. */
export interface OrphanProblem {
  /** The test that started it, if its place says so. */
  readonly owner: CollectedTest | undefined;
  readonly problem: Problem;
}

export function orphanProblem(
  record: WorkerRecord,
  orphan: Orphan,
  root: string,
  file: string,
): OrphanProblem {
  const problem = problemOf(orphan.error, root);
  const { message, code } = problem;
  const owner = ownerOf(record, orphan, root, file);
  const during = record.tests.find(({ id }) => id === orphan.during);
  const when = during === undefined ? "outside of its tests" : `while "${during.name}" ran`;
  const where = owner === undefined ? `${file}: ${when}, ` : "";
  const kind = code === "E_ASSERTION" || code === "E_THROWN" ? "" : ` (${code})`;
  const words = `${where}nobody awaited or caught this: ${message}${kind}`;
  return { owner, problem: { ...problem, code: "E_NOT_AWAITED", message: words } };
}

/** The test that has begun and in which the error has its outermost place; without a place, the only one there was. */
function ownerOf(
  { tests, started, file: path }: WorkerRecord,
  { error, during }: Orphan,
  root: string,
  file: string,
): CollectedTest | undefined {
  const begun = tests.filter(({ id }) => started.has(id));
  const places = placesIn(error.stack ?? "", root).filter((place) => place.startsWith(`${file}:`));
  if (places.length === 0) return begun.length === 1 ? begun[0] : undefined;
  for (const place of places.toReversed()) {
    const found = testsAt(path, Number(place.slice(file.length + 1)), begun);
    const running = found.find(({ id }) => id === during);
    if (found.length > 0) return running ?? lastBegun(found, started);
  }
  return undefined;
}

function lastBegun(tests: readonly CollectedTest[], started: ReadonlySet<string>): CollectedTest | undefined {
  const id = [...started].findLast((one) => tests.some((test) => test.id === one));
  return tests.find((test) => test.id === id);
}
