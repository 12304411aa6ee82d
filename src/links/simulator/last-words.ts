import { readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import type { LastWords } from "../link-kind.ts";
import { eventsLeft } from "./event-log.ts";

/** What a model left before it took its process with it (sim/verilator/watch.cpp): a line of JSON, then the blocks. */
interface Header {
  /** It crashed (`number` is the signal), or one evaluation never ended (`number` milliseconds). */
  readonly kind: "signal" | "stall";
  readonly number: number;
  /** Cycles since the model was opened. */
  readonly cycle: number;
  /** Bytes of each block after the header: the event log. */
  readonly blocks: readonly number[];
}

/** Undefined when there are none. */
export function takeLastWords(file: string): LastWords | undefined {
  try {
    const bytes = readFileSync(file);
    rmSync(file);
    const end = bytes.indexOf("\n");
    const header = JSON.parse(bytes.toString("utf8", 0, end)) as Header;
    const found: Uint8Array[] = [];
    let at = end + 1;
    for (const length of header.blocks) {
      found.push(Uint8Array.from(bytes.subarray(at, at + length)));
      at += length;
    }
    return { problem: problemOf(header), cycle: header.cycle, events: eventsLeft(found) };
  } catch {
    return undefined;
  }
}

/** The cycle is that of the model, which counts from before the reset. */
function problemOf({ kind, number, cycle }: Header): LastWords["problem"] {
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

/** Such as SIGSEGV. */
function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}
