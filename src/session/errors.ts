import type { LinkEvent } from "../bus/event.ts";
import { type Blame, HiltError } from "../core/errors.ts";
import { hex, hexAddress, hexLine } from "../core/hex.ts";
import { framesOf, type PendingCall } from "../core/pending-calls.ts";
import { protocolRules } from "../spec/protocol-rules.ts";
import { describeLeftovers, type Leftovers } from "../wdm/leftovers.ts";

type Violation = Extract<LinkEvent, { kind: "violation" }>;

/** The device broke a rule of the bus protocol. */
export class ProtocolViolationError extends HiltError {
  readonly code = "E_PROTOCOL";
  readonly blame: Blame = "product";
  readonly rule: string;

  /** `cycle`: of the link's clock; `deviceCycle`: the device's own, where it has another time. */
  constructor({ rule, address, cycle, deviceCycle }: Omit<Violation, "kind">, more: number) {
    const when = deviceCycle === undefined ? `cycle ${cycle}` : `cycle ${deviceCycle} of the device`;
    super(
      `the device broke ${rule} at logical ${hexAddress(address)} in ${when}${andMore(more)}: ${sentenceOf(rule)}`,
    );
    this.rule = rule;
  }
}

/** A transfer waited for the device for longer than a device of its kind should need; AXI has no limit. */
export class StallError extends HiltError {
  readonly code = "E_STALL";
  readonly blame: Blame = "product";
  readonly rule: string;

  constructor({ rule, address, cycle }: Omit<Violation, "kind">, more: number) {
    super(
      `the device lets the bus wait, ${rule} at logical ${hexAddress(address)} in cycle ${cycle}${andMore(more)}: ${sentenceOf(rule)}`,
    );
    this.rule = rule;
  }
}

/** With the section of the standard. */
function sentenceOf(name: string): string {
  const doc = protocolRules.find((rule) => rule.name === name)?.doc;
  if (doc === undefined) return "a rule that this hilt does not know";
  return doc.replace(/ \((?=[AB]\d)/, " (Arm IHI 0022, ").replace(/\.$/, "");
}

interface Fault {
  readonly direction: "read" | "write";
  readonly address: bigint;
  readonly cycle: number;
}

/** The device touched host memory outside every open window. */
export class WindowFaultError extends HiltError {
  readonly code = "E_WINDOW";
  readonly blame: Blame = "product";

  /** `why` is what is known of the address. */
  constructor({ direction, address, cycle }: Fault, why: string | undefined, more: number) {
    const reason = why ?? "outside every window that the driver had mapped for it";
    super(
      `the device tried to ${direction} logical ${hexAddress(address)} in cycle ${cycle}, ${reason}${andMore(more)}`,
    );
  }
}

/** A test has begun something that had not ended when the test did: nobody has awaited it. */
export class UnawaitedError extends HiltError {
  readonly code = "E_NOT_AWAITED";
  readonly blame: Blame = "product";

  /** Its place is that of the first call. */
  constructor(calls: readonly PendingCall[]) {
    const [first] = calls as readonly [PendingCall];
    super(
      `${first.what} was started and never awaited: the test ended before it${andMore(calls.length - 1)}`,
    );
    this.stack = `${this.name}: ${this.message}\n${framesOf(first.site?.stack ?? "")}`;
  }
}

/** A driver holds resources of its adapter when the test ends. */
export class HoldingsError extends HiltError {
  readonly code = "E_HOLDINGS";
  readonly blame: Blame = "product";

  constructor(held: readonly Leftovers[]) {
    super(`the test ended with ${held.map(describeLeftovers).join(", and ")}`);
  }
}

/** Bytes are not what they should be. */
export class DataMismatchError extends HiltError {
  readonly code = "E_DATA";
  readonly blame: Blame = "product";
  /** Of the first wrong byte. */
  readonly offset: number;

  constructor(what: string, expected: Uint8Array, found: Uint8Array, transfer: string | undefined) {
    const offset = firstDifference(expected, found);
    const wrong = found.reduce((count, byte, index) => count + (byte === expected[index] ? 0 : 1), 0);
    const line = Math.max(0, offset - (offset % 16));
    const lengths = found.length === expected.length ? "" : `; there are ${found.length}`;
    super(
      [
        `${what}: byte ${offset} (${hex(offset)}) is the first of ${wrong} wrong bytes of ${expected.length}${lengths}`,
        `  expected ${hexLine(expected, line)}`,
        `  found    ${hexLine(found, line)}`,
        ...(transfer === undefined ? [] : [`  last transfer: ${transfer}`]),
      ].join("\n"),
    );
    this.offset = offset;
  }
}

/** The bench asks for our driver, but the device is another. */
export class ForeignDeviceError extends HiltError {
  readonly code = "E_FOREIGN_DEVICE";
  readonly blame: Blame = "usage";

  constructor(target: string) {
    super(`target ${target} has a device of its own: there is no driver for it in hilt`);
  }
}

/** The target cannot be opened, because it could not be prepared; the process that started this one found out why. */
export class UnpreparedTargetError extends HiltError {
  readonly code: string;
  readonly blame: Blame;

  constructor({ code, blame, message }: { code: string; blame: Blame; message: string }) {
    super(message);
    this.code = code;
    this.blame = blame;
  }
}

/** The command asks for something that is not there. */
export class UsageError extends HiltError {
  readonly code = "E_USAGE";
  readonly blame: Blame = "usage";
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) if (a[index] !== b[index]) return index;
  return length;
}

function andMore(more: number): string {
  return more > 0 ? ` (and ${more} more)` : "";
}

/** A bench, or a folder above it, has a name that Vite cannot load. */
export class FolderNameError extends HiltError {
  readonly code = "E_FOLDER_NAME";
  readonly blame: Blame = "usage";

  constructor(path: string, misread: string) {
    super(`${path}: Vite, which loads benches, takes ${misread} in it for part of a URL`);
  }
}
