import type { LineCounts } from "../bus/line-counts.ts";
import { ENTRY_BYTES, KIND } from "./entry-layout.ts";

/** Counts in the payload of a record, in its order; the last is in milliseconds. */
const COUNTS = [
  ...["framesSent", "framesReceived", "damaged", "gaps", "askedAgain"],
  ...["timeouts", "bytesSentAgain", "roundTrips", "roundTripMs"],
] as const satisfies readonly (keyof LineCounts)[];
const COUNT_BYTES = 8;

/** What a serial line has carried and damaged in a test: no entry, for it says nothing of a moment. */
export function lineRecord(line: LineCounts): { entry: Uint8Array; payload: Uint8Array } {
  const entry = new Uint8Array(ENTRY_BYTES);
  entry[0] = KIND.line;
  const payload = new Uint8Array(COUNT_BYTES * COUNTS.length);
  const view = new DataView(payload.buffer);
  for (const [index, key] of COUNTS.entries()) view.setFloat64(COUNT_BYTES * index, line[key], true);
  return { entry, payload };
}

/** Of a record, with its entry; undefined where it has too few counts. A later version may have more. */
export function lineOf(record: DataView): LineCounts | undefined {
  if (record.byteLength < ENTRY_BYTES + COUNT_BYTES * COUNTS.length) return undefined;
  const pairs = COUNTS.map((key, index) => [key, record.getFloat64(ENTRY_BYTES + COUNT_BYTES * index, true)]);
  return Object.fromEntries(pairs) as unknown as LineCounts;
}
