import type { Direction, LinkEvent } from "../bus/event.ts";
import { logicalAddress } from "../core/address.ts";
import { protocolRules } from "../spec/protocol-rules.ts";

/** Kinds of events of the control channel, by docs/wire.md. */
export const EventKind = {
  register: 1,
  access: 2,
  accessEnd: 3,
  written: 4,
  interrupt: 5,
  fault: 6,
  injectedError: 7,
  violation: 8,
} as const;

const HEAD_BYTES = 12;
const REFUSED = 2;

/** The event of a message of the control channel; undefined for one of a kind that is not known here. Its bytes are those of `payload`. */
export function parseEvent(payload: Uint8Array): LinkEvent | undefined {
  const bytes = asBuffer(payload);
  const flags = bytes.readUInt8(1);
  const cycle = bytes.readUInt32LE(4) + bytes.readUInt32LE(8) * 2 ** 32;
  const direction: Direction = (flags & 1) === 1 ? "write" : "read";
  const address = () => logicalAddress(bytes.readBigUInt64LE(HEAD_BYTES));
  switch (bytes[0]) {
    case EventKind.register:
      return {
        ...{ kind: "register", cycle, access: direction, address: bytes.readUInt32LE(HEAD_BYTES) },
        ...{ value: bytes.readUInt32LE(HEAD_BYTES + 4), isRefused: (flags & REFUSED) !== 0 },
      };
    case EventKind.access:
      return {
        ...{ kind: "access", cycle, direction, address: address() },
        ...{ lengthBytes: bytes.readUInt32LE(HEAD_BYTES + 8), master: bytes.readUInt32LE(HEAD_BYTES + 12) },
      };
    case EventKind.accessEnd:
      return { kind: "access-end", cycle, direction, ...masterOf(bytes) };
    case EventKind.written:
      return {
        kind: "written",
        cycle,
        address: address(),
        bytes: Uint8Array.from(payload.subarray(HEAD_BYTES + 8)),
      };
    case EventKind.interrupt:
      return {
        kind: "interrupt",
        cycle,
        vector: bytes.readUInt32LE(HEAD_BYTES),
        asserted: (flags & 1) === 1,
      };
    case EventKind.fault:
      return { kind: "fault", cycle, direction, address: address() };
    case EventKind.injectedError:
      return { kind: "injected-error", cycle, direction, address: address() };
    case EventKind.violation:
      return {
        kind: "violation",
        cycle,
        rule: ruleOf(bytes.readUInt32LE(HEAD_BYTES + 8)),
        address: address(),
      };
    default:
      return undefined;
  }
}

/** An end without one is that of the oldest access. */
function masterOf(bytes: Buffer): { master?: number } {
  return bytes.length < HEAD_BYTES + 4 ? {} : { master: bytes.readUInt32LE(HEAD_BYTES) };
}

function ruleOf(bit: number): string {
  return protocolRules.find((rule) => rule.bit === bit)?.name ?? `RULE_${bit}`;
}

/** The same bytes; a view of a view costs more than what is read by it. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
