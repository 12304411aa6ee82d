import { describeJournal } from "../journal/describe-journal.ts";
import type { Problem } from "../report/run-result.ts";
import { type LastWords, signalName } from "./last-words.ts";
import type { BenchFacts } from "./run-context.ts";
import type { WorkerRecord } from "./worker-record.ts";
import type { KilledWorker } from "./worker-watch.ts";

/** Why a worker is gone: it was killed for a reason of ours, its model has left last words, or nobody knows. */
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
  if (why !== undefined) return modelProblem(why);
  return {
    ...{ blame: "environment", code: "E_WORKER_LOST" },
    message: `the process that ran it (${pid}) ended before it did: it was killed, or ran out of memory`,
  };
}

/** The cycle is that of the model, which counts from before the reset. */
function modelProblem({ kind, number, cycle }: LastWords): Problem {
  if (kind === "stall") {
    return {
      ...{ blame: "product", code: "E_MODEL_STALLED" },
      message: `the model never finished the cycle after its cycle ${cycle}: an endless loop in one evaluation, ended after ${number / 1000} s with its process`,
    };
  }
  return {
    ...{ blame: "environment", code: "E_MODEL_CRASHED" },
    message: `the model crashed after its cycle ${cycle} with ${signalName(number)}, and its process with it`,
  };
}

/** What is known of a test whose model has left last words. */
export function factsOf({ cycle, journal }: LastWords): BenchFacts {
  return {
    ...{ device: "not known: its model is gone", cycles: cycle, holdings: [] },
    ...{ readBursts: 0, writeBursts: 0, readBytes: 0, writtenBytes: 0, interrupts: 0 },
    lastEvents: describeJournal(journal),
  };
}
