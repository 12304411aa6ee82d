import type { Direction } from "../bus/event.ts";
import type { Access } from "../bus/window.ts";
import { logicalAddress } from "../core/address.ts";
import { protocolRules } from "../spec/protocol-rules.ts";
import { failures, type JournalEntry, type Moments } from "./journal-entry.ts";

/**
 * The bytes of an entry, the same in the ring in memory and in a file (docs/journal.md). Numbers are little-endian, cycles
 * are floating point, so that a cycle that is not known is NaN.
 */
export const ENTRY_BYTES = 40;

/** Where the parts of an entry stand. */
export const AT = {
  kind: 0,
  flags: 1,
  source: 2,
  failure: 3,
  size: 4,
  asked: 8,
  crossed: 16,
  address: 24,
  value: 32,
} as const;

export const KIND = {
  register: 1,
  access: 2,
  interrupt: 3,
  fault: 4,
  "injected-error": 5,
  violation: 6,
  windows: 7,
  written: 8,
  answer: 9,
  gap: 10,
  end: 11,
  torn: 12,
  line: 13,
} as const;

export const FLAG = {
  /** A write; an interrupt that rises; windows that are opened. */
  up: 1,
  answered: 2,
} as const;

/** The source of an end: the process that wrote the entries was gone, and another one wrote the end. */
export const LOST = 1;
/** Instead of a master. */
export const NO_MASTER = 0xff;
export const accesses: readonly Access[] = ["read", "write", "read-write"];
/** Added to the code of windows' access. */
export const SHARED = 4;

/** The entry at `at`; undefined for what is none. */
export function entryAt(view: DataView, at: number): JournalEntry | undefined {
  const kind = view.getUint8(at);
  const flags = view.getUint8(at + AT.flags);
  const size = view.getUint32(at + AT.size, true);
  const direction: Direction = (flags & FLAG.up) === 0 ? "read" : "write";
  const moments = momentsAt(view, at);
  const wide = view.getBigUint64(at + AT.address, true);
  switch (kind) {
    case KIND.register: {
      const failure = failures[view.getUint8(at + AT.failure) - 1];
      return {
        ...{ kind: "register", ...moments, access: direction, address: Number(wide) },
        ...{ value: view.getUint32(at + AT.value, true), isAnswered: (flags & FLAG.answered) !== 0 },
        ...(failure === undefined ? {} : { failure }),
      };
    }
    case KIND.access: {
      const master = view.getUint8(at + AT.source);
      const access = { kind: "access", ...moments, direction, address: logicalAddress(wide) } as const;
      return { ...access, lengthBytes: size, ...(master === NO_MASTER ? {} : { master }) };
    }
    case KIND.interrupt:
      return {
        ...{ kind: "interrupt", ...moments, vector: view.getUint8(at + AT.source) },
        asserted: direction === "write",
      };
    case KIND.fault:
      return { kind: "fault", ...moments, direction, address: logicalAddress(wide) };
    case KIND["injected-error"]:
      return { kind: "injected-error", ...moments, direction, address: logicalAddress(wide) };
    case KIND.violation: {
      const rule = protocolRules[size]?.name ?? `rule ${size}`;
      const deviceCycle = Number(view.getBigUint64(at + AT.value, true));
      return {
        ...{ kind: "violation", ...moments, rule, address: logicalAddress(wide) },
        ...(deviceCycle === 0 ? {} : { deviceCycle }),
      };
    }
    case KIND.windows:
      return windowsAt(view, at);
    case KIND.written: {
      const crc = view.getUint32(at + AT.value, true);
      return { kind: "written", ...moments, address: logicalAddress(wide), lengthBytes: size, crc };
    }
    default:
      return undefined;
  }
}

function momentsAt(view: DataView, at: number): Moments {
  const asked = view.getFloat64(at + AT.asked, true);
  const crossed = view.getFloat64(at + AT.crossed, true);
  return Number.isNaN(crossed) ? { asked, cycle: asked } : { asked, crossed, cycle: crossed };
}

function windowsAt(view: DataView, at: number): JournalEntry {
  const asked = view.getFloat64(at + AT.asked, true);
  const source = view.getUint8(at + AT.source);
  return {
    ...{ kind: "windows", asked, crossed: asked, cycle: asked },
    isOpening: (view.getUint8(at + AT.flags) & FLAG.up) !== 0,
    access: accesses[source % SHARED] ?? "read-write",
    use: source >= SHARED ? "shared" : "mapped",
    count: view.getUint32(at + AT.size, true),
    first: logicalAddress(view.getBigUint64(at + AT.address, true)),
    // Windows open and close at once: the place of the second cycle is free.
    last: logicalAddress(view.getBigUint64(at + AT.crossed, true)),
    hash: view.getUint32(at + AT.value, true),
    lengthBytes: view.getUint32(at + AT.value + 4, true),
  };
}
