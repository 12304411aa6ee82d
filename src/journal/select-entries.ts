import type { RegisterNames } from "./describe-journal.ts";
import type { JournalEntry } from "./journal-entry.ts";

export const entryKinds = [
  "register",
  "access",
  "written",
  "windows",
  "interrupt",
  "fault",
  "injected-error",
  "violation",
] as const satisfies readonly JournalEntry["kind"][];

/** Which entries to show; what is absent does not select. */
export interface EntryChoice {
  readonly kinds?: ReadonlySet<string>;
  /** Names in lower case, or addresses. */
  readonly registers?: readonly (string | number)[];
  /** Logical addresses of the device's accesses, both included. */
  readonly addresses?: { readonly from: bigint; readonly to: bigint };
  /** Cycles, both included. */
  readonly from?: number;
  readonly to?: number;
}

export function* selectEntries(
  entries: Iterable<JournalEntry>,
  choice: EntryChoice,
  nameOf: RegisterNames,
): Generator<JournalEntry> {
  const {
    kinds,
    registers,
    addresses,
    from = Number.NEGATIVE_INFINITY,
    to = Number.POSITIVE_INFINITY,
  } = choice;
  // Registers and host memory are two address spaces: who asks for both wants either.
  const hasPlace = registers !== undefined || addresses !== undefined;
  for (const entry of entries) {
    if (entry.cycle < from) continue;
    // They come in the order of their cycles.
    if (entry.cycle > to) return;
    const isAtPlace = !hasPlace || isRegister(entry, registers, nameOf) || touches(entry, addresses);
    if (isAtPlace && (kinds?.has(entry.kind) ?? true)) yield entry;
  }
}

/** The name of the register at an address, as reports print it. */
export function registerName(address: number, nameOf: RegisterNames): string | undefined {
  return nameOf(address, 0)?.split(" = ")[0];
}

function isRegister(
  entry: JournalEntry,
  registers: EntryChoice["registers"],
  nameOf: RegisterNames,
): boolean {
  if (entry.kind !== "register" || registers === undefined) return false;
  const name = registerName(entry.address, nameOf)?.toLowerCase();
  return registers.some((one) => one === entry.address || one === name);
}

/** Whether the entry is of a byte of host memory in that range; windows are from the first to the end of the last. */
function touches(entry: JournalEntry, addresses: EntryChoice["addresses"]): boolean {
  if (addresses === undefined) return false;
  const range = rangeOf(entry);
  return range !== undefined && range.from <= addresses.to && range.to >= addresses.from;
}

function rangeOf(entry: JournalEntry): { readonly from: bigint; readonly to: bigint } | undefined {
  switch (entry.kind) {
    case "access":
    case "written":
      return { from: entry.address, to: entry.address + BigInt(entry.lengthBytes) - 1n };
    case "windows":
      return entry.count === 1
        ? { from: entry.first, to: entry.first + BigInt(entry.lengthBytes) - 1n }
        : { from: min(entry.first, entry.last), to: max(entry.first, entry.last) };
    case "fault":
    case "injected-error":
    case "violation":
      return { from: entry.address, to: entry.address };
    default:
      return undefined;
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
