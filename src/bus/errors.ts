import { type Blame, HiltError } from "../core/errors.ts";
import { hex } from "../core/hex.ts";

/** The device answered a register access with an error, or not at all. */
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

/** No interrupt came within the limit. */
export class InterruptTimeoutError extends HiltError {
  readonly code = "E_INTERRUPT_TIMEOUT";
  readonly blame: Blame = "product";
  readonly link: string;
  readonly waitedCycles: number;

  constructor(link: string, waitedCycles: number, lastSeen: string) {
    super(`${link}: no interrupt within ${waitedCycles} cycles (${lastSeen})`);
    this.link = link;
    this.waitedCycles = waitedCycles;
  }
}
