import { hex, hexAddress } from "../core/hex.ts";
import type { JournalEntry } from "./journal-entry.ts";

/** Entries that are told of a failure; a message shows the last of them. */
const LAST_ENTRIES = 200;

/** The last entries, a line each; `nameOf` knows registers by address. */
export function describeJournal(
  entries: readonly JournalEntry[],
  nameOf: (address: number, value: number) => string | undefined = () => undefined,
): string[] {
  return entries.slice(-LAST_ENTRIES).map((entry) => describeEntry(entry, nameOf));
}

/** One line; `nameOf` knows registers by address. */
function describeEntry(
  entry: JournalEntry,
  nameOf: (address: number, value: number) => string | undefined,
): string {
  return `cycle ${String(entry.cycle).padStart(8)}  ${wordsOf(entry, nameOf)}`;
}

function wordsOf(
  entry: JournalEntry,
  nameOf: (address: number, value: number) => string | undefined,
): string {
  switch (entry.kind) {
    case "register": {
      if (entry.isFailed === true) {
        const [name = ""] = (nameOf(entry.address, 0) ?? `register ${hex(entry.address, 4)}`).split(" = ");
        return `host ${entry.access}s ${name}: FAILED`;
      }
      const what =
        nameOf(entry.address, entry.value) ?? `register ${hex(entry.address, 4)} = ${hex(entry.value, 8)}`;
      return `host ${entry.access === "read" ? "reads " : "writes"} ${what}`;
    }
    case "access": {
      const { direction, lengthBytes, address, master } = entry;
      const bytes = `${lengthBytes} byte${lengthBytes === 1 ? "" : "s"}`;
      return `device ${direction}s ${bytes} at logical ${hexAddress(address)}${master === undefined ? "" : ` (id ${master})`}`;
    }
    case "access-end":
      return `device's ${entry.direction} ends`;
    case "interrupt":
      return `interrupt line goes ${entry.asserted ? "high" : "low"}`;
    case "fault":
      return `FAULT: ${entry.direction} of logical ${hexAddress(entry.address)} outside every window`;
    case "injected-error":
      return `host memory answers the ${entry.direction} of logical ${hexAddress(entry.address)} with an error, as asked`;
    case "violation":
      return `VIOLATION of ${entry.rule} at logical ${hexAddress(entry.address)}`;
  }
}
