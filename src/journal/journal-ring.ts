import type { Direction } from "../bus/event.ts";
import { logicalAddress } from "../core/address.ts";
import { protocolRules } from "../spec/protocol-rules.ts";
import type { JournalEntry } from "./journal-entry.ts";

const ENTRIES = 1024;
const ENTRY_BYTES = 32;
/** The header: how many entries were ever written. */
const HEADER_BYTES = 8;
const NO_MASTER = 0xff;

const kinds = [
  "register",
  "access",
  "access-end",
  "interrupt",
  "fault",
  "injected-error",
  "violation",
] as const satisfies readonly JournalEntry["kind"][];
type Kind = (typeof kinds)[number];
const codeOf = Object.fromEntries(kinds.map((kind, code) => [kind, code])) as Readonly<Record<Kind, number>>;

/**
 * The last entries of a journal as bytes, 32 for each: quick to write, and whoever has the bytes can read them, also when
 * the process that wrote them is gone.
 *
 * Of an entry: kind (byte 0), a flag (1), master or failure (2), length or rule (4), cycle (8, floating point), address (16), value (24).
 */
export class JournalRing {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #written = 0;

  constructor() {
    this.bytes = new Uint8Array(HEADER_BYTES + ENTRIES * ENTRY_BYTES);
    this.#view = new DataView(this.bytes.buffer);
  }

  note(entry: JournalEntry): void {
    const at = this.#next(entry.kind, entry.cycle);
    const view = this.#view;
    switch (entry.kind) {
      case "register":
        view.setUint8(at + 1, entry.access === "write" ? 1 : 0);
        view.setUint8(at + 2, entry.isFailed === true ? 1 : 0);
        view.setUint32(at + 4, entry.address, true);
        view.setUint32(at + 24, entry.value, true);
        break;
      case "interrupt":
        view.setUint8(at + 1, entry.asserted ? 1 : 0);
        break;
      case "violation":
        view.setUint32(
          at + 4,
          protocolRules.findIndex(({ name }) => name === entry.rule),
          true,
        );
        view.setBigUint64(at + 16, entry.address, true);
        break;
      case "access":
        view.setUint8(at + 2, entry.master ?? NO_MASTER);
        view.setUint32(at + 4, entry.lengthBytes, true);
        this.#direction(at, entry.direction);
        view.setBigUint64(at + 16, entry.address, true);
        break;
      case "access-end":
        this.#direction(at, entry.direction);
        break;
      default:
        this.#direction(at, entry.direction);
        view.setBigUint64(at + 16, entry.address, true);
    }
  }

  #next(kind: Kind, cycle: number): number {
    const at = HEADER_BYTES + (this.#written % ENTRIES) * ENTRY_BYTES;
    this.#written++;
    this.#view.setFloat64(0, this.#written, true);
    this.#view.setUint8(at, codeOf[kind]);
    this.#view.setFloat64(at + 8, cycle, true);
    return at;
  }

  #direction(at: number, direction: Direction): void {
    this.#view.setUint8(at + 1, direction === "write" ? 1 : 0);
  }
}

/** The entries in the bytes of a ring, the oldest first; none in bytes that are no ring. */
export function readJournal(bytes: Uint8Array): JournalEntry[] {
  if (bytes.length < HEADER_BYTES + ENTRIES * ENTRY_BYTES) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const written = view.getFloat64(0, true);
  if (!Number.isSafeInteger(written) || written < 0) return [];
  const entries: JournalEntry[] = [];
  for (let index = Math.max(0, written - ENTRIES); index < written; index++) {
    const entry = entryAt(view, HEADER_BYTES + (index % ENTRIES) * ENTRY_BYTES);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

function entryAt(view: DataView, at: number): JournalEntry | undefined {
  const kind = kinds[view.getUint8(at)];
  const cycle = view.getFloat64(at + 8, true);
  const flag = view.getUint8(at + 1) === 1;
  const number = view.getUint32(at + 4, true);
  const direction = flag ? "write" : "read";
  const address = logicalAddress(view.getBigUint64(at + 16, true));
  switch (kind) {
    case "register": {
      const value = view.getUint32(at + 24, true);
      const access = { kind, cycle, access: direction, address: number, value } as const;
      return view.getUint8(at + 2) === 1 ? { ...access, isFailed: true } : access;
    }
    case "access": {
      const master = view.getUint8(at + 2);
      const access = { kind, cycle, direction, address, lengthBytes: number } as const;
      return master === NO_MASTER ? access : { ...access, master };
    }
    case "access-end":
      return { kind, cycle, direction };
    case "interrupt":
      return { kind, cycle, asserted: flag };
    case "violation":
      return { kind, cycle, rule: protocolRules[number]?.name ?? "an unknown rule", address };
    case "fault":
    case "injected-error":
      return { kind, cycle, direction, address };
    default:
      return undefined;
  }
}
