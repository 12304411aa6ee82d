import type { LastWords } from "../links/link-kind.ts";
import type { Problem } from "../report/run-result.ts";
import type { WorkerRecord } from "./worker-record.ts";
import type { KilledWorker } from "./worker-watch.ts";

/** Why a worker is gone: it was killed for a reason of ours, its link has left last words, or nobody knows. */
export function lossOf(
  { pid, limitMs }: WorkerRecord,
  why: KilledWorker["why"] | LastWords | undefined,
  usualLimitMs: number,
): Problem {
  if (why === "time") {
    return {
      ...{ blame: "product", code: "E_TEST_TIMEOUT" },
      message: `did not end within ${(limitMs ?? usualLimitMs) / 1000} s and did not wait for anything either: an endless loop; its process was ended`,
    };
  }
  if (why === "output") {
    return {
      ...{ blame: "product", code: "E_OUTPUT" },
      message: "printed more than 1 GiB; its process was ended",
    };
  }
  if (why !== undefined) return why.problem;
  return {
    ...{ blame: "environment", code: "E_WORKER_LOST" },
    message: `the process that ran it (${pid}) ended before it did: it was killed, or ran out of memory`,
  };
}
