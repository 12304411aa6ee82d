import { type Blame, HiltError } from "../core/errors.ts";
import { hex, hexAddress } from "../core/hex.ts";
import { nearest } from "../core/nearest.ts";
import type { Window } from "./window.ts";

/** The device refused a register access. */
export class RegisterAccessError extends HiltError {
  readonly code = "E_REGISTER_ACCESS";
  readonly blame: Blame = "product";
  readonly link: string;
  readonly address: number;

  constructor(link: string, access: "read" | "write", address: number, what: string) {
    super(`${link}: ${access} of register ${hex(address, 4)}: ${what}`);
    this.link = link;
    this.address = address;
  }
}

/** The device did not answer a register access in time. Sticky. */
export class NoAnswerError extends HiltError {
  readonly code = "E_NO_ANSWER";
  readonly blame: Blame = "product";
  readonly link: string;
  readonly address: number;

  /** `waited`: how long, with its unit. */
  constructor(link: string, access: "read" | "write", address: number, waited: string) {
    super(`${link}: ${access} of register ${hex(address, 4)}: no answer in ${waited}`);
    this.link = link;
    this.address = address;
  }
}

/** The way to the device is gone. Sticky. */
export class LinkLostError extends HiltError {
  readonly code = "E_LINK_LOST";
  readonly blame: Blame = "link";
  readonly link: string;

  constructor(link: string, what: string, options?: ErrorOptions) {
    super(`${link}: ${what}`, options);
    this.link = link;
  }
}

/** The link is used after its end: an operation that the test did not await, or that it started too late. */
export class LinkClosedError extends HiltError {
  readonly code = "E_LINK_CLOSED";
  readonly blame: Blame = "product";

  constructor(link: string) {
    super(`${link}: the link is closed`);
  }
}

/**
 * A window cannot be opened. Where the reason is neither the window nor the device (the kernel pins no more memory, the link
 * is lost), code and blame are those of the cause.
 */
export class WindowError extends HiltError {
  readonly code: string;
  readonly blame: Blame;

  constructor({ logical, physical, lengthBytes }: Window, why: string, options?: ErrorOptions) {
    const at = `logical ${hexAddress(logical)}, physical ${hexAddress(physical)}`;
    super(`window of ${lengthBytes} bytes at ${at}: ${why}`, options);
    const cause = options?.cause;
    const isElsewhere =
      cause instanceof HiltError && (cause.blame === "environment" || cause.blame === "link");
    this.code = isElsewhere ? cause.code : "E_WINDOW_REFUSED";
    this.blame = isElsewhere ? cause.blame : "product";
  }
}

/** The design has no signal of this name, or its build has not kept it. */
export class UnknownSignalError extends HiltError {
  readonly code = "E_UNKNOWN_SIGNAL";
  readonly blame: Blame = "product";
  readonly link: string;
  readonly signal: string;

  /** `known`: the names that there are. */
  constructor(link: string, signal: string, known: readonly string[]) {
    super(
      `${link}: read of signal ${signal}: no such signal is kept; near it: ${nearest(signal, known).join(", ")}`,
    );
    this.link = link;
    this.signal = signal;
  }
}

/** No interrupt came within the limit. */
export class InterruptTimeoutError extends HiltError {
  readonly code = "E_INTERRUPT_TIMEOUT";
  readonly blame: Blame = "product";
  readonly link: string;
  readonly waitedCycles: number;

  /** `vector`: of a device with several. */
  constructor(link: string, waitedCycles: number, lastSeen: string, vector?: number) {
    const own = vector === undefined ? "" : ` of vector ${vector}`;
    super(`${link}: no interrupt${own} within ${waitedCycles} cycles (${lastSeen})`);
    this.link = link;
    this.waitedCycles = waitedCycles;
  }
}
