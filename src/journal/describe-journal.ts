import { isCleanLine, type LineCounts, lineWords, UNCLEAN_LINE } from "../bus/line-counts.ts";
import { counted } from "../core/counted.ts";
import { hex, hexAddress } from "../core/hex.ts";
import { isStall } from "../spec/protocol-rules.ts";
import type { JournalEntry, RegisterEntry, WindowsEntry, WrittenEntry } from "./journal-entry.ts";

/** Knows registers by address: `STATUS = 0x00000001 (BUSY)`. */
export type RegisterNames = (address: number, value: number) => string | undefined;

/** Entries that are told of a failure; a message shows the last of them. */
const LAST_ENTRIES = 200;
const SHOWN_BYTES = 16;
const nameless: RegisterNames = () => undefined;

/** The last entries, a line each. */
export function describeJournal(
  entries: readonly JournalEntry[],
  nameOf: RegisterNames = nameless,
): string[] {
  return entries
    .slice(-LAST_ENTRIES)
    .map((entry) => `cycle ${String(entry.cycle).padStart(8)}  ${wordsOf(entry, nameOf)}`);
}

/** What a serial line has carried, and a finding about it where there is one. */
export function describeLine(line: LineCounts): string[] {
  return [`line:    ${lineWords(line)}`, ...(isCleanLine(line) ? [] : [`         ${UNCLEAN_LINE}`])];
}

/** What an entry says, without its time. */
export function wordsOf(entry: JournalEntry, nameOf: RegisterNames = nameless): string {
  switch (entry.kind) {
    case "register":
      return registerWords(entry, nameOf);
    case "access": {
      const { direction, lengthBytes, address, master } = entry;
      return `device ${direction}s ${counted(lengthBytes, "byte")} at logical ${hexAddress(address)}${master === undefined ? "" : ` (id ${master})`}`;
    }
    case "written":
      return `device has written ${counted(entry.lengthBytes, "byte")} at logical ${hexAddress(entry.address)}: ${contentOf(entry)}`;
    case "windows":
      return windowWords(entry);
    case "interrupt":
      return `interrupt ${entry.vector} goes ${entry.asserted ? "high" : "low"}`;
    case "fault":
      return `FAULT: ${entry.direction} of logical ${hexAddress(entry.address)} outside every window`;
    case "injected-error":
      return `host memory answers the ${entry.direction} of logical ${hexAddress(entry.address)} with an error, as asked`;
    case "violation":
      return `${isStall(entry.rule) ? "STALL:" : "VIOLATION of"} ${entry.rule} at logical ${hexAddress(entry.address)}${deviceTime(entry.deviceCycle)}`;
  }
}

function deviceTime(cycle: number | undefined): string {
  return cycle === undefined ? "" : ` in cycle ${cycle} of the device`;
}

/** The first bytes, or what is known of them. */
function contentOf({ bytes: content, crc }: WrittenEntry): string {
  if (content === undefined) return `CRC-32 ${hex(crc, 8)}`;
  const shown = Array.from(content.subarray(0, SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, "0"));
  return `${shown.join(" ")}${content.length > SHOWN_BYTES ? " ..." : ""}`;
}

function registerWords(entry: RegisterEntry, nameOf: RegisterNames): string {
  const { access, address, value, isAnswered, failure } = entry;
  const hasValue = access === "write" || (isAnswered && failure === undefined);
  const whole = nameOf(address, value) ?? `register ${hex(address, 4)} = ${hex(value, 8)}`;
  const what = hasValue ? whole : whole.split(" = ")[0];
  const verb = access === "read" ? "reads " : "writes";
  if (failure !== undefined) return `host ${verb} ${what}: FAILED, ${failure}`;
  return `host ${verb} ${what}${isAnswered ? "" : ": no answer yet"}`;
}

function windowWords({
  isOpening,
  access,
  use,
  count,
  first,
  last,
  lengthBytes,
  hash,
}: WindowsEntry): string {
  const many = count === 1 ? `a ${access} window` : `${count} ${access} windows`;
  const isOfBytes = !isOpening && access !== "read";
  const what = isOfBytes ? `, CRC-32 ${hex(hash, 8)}` : count === 1 ? "" : `, hash ${hex(hash, 8)}`;
  const to = `${count === 1 ? "" : ` to ${hexAddress(last)}`}${what}`;
  const shared = use === "shared" ? ", shared" : "";
  return `host ${isOpening ? "opens " : "closes"} ${many} of ${counted(lengthBytes, "byte")} at logical ${hexAddress(first)}${to}${shared}`;
}
