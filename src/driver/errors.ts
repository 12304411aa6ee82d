import type { LogicalAddress } from "../core/address.ts";
import { type Blame, HiltError } from "../core/errors.ts";
import { hexAddress } from "../core/hex.ts";

/** The device behind the link is not one that this driver knows. */
export class DeviceIdentityError extends HiltError {
  readonly code = "E_DEVICE_IDENTITY";
  readonly blame: Blame = "product";
}

/** The controller reported an error for a transfer. */
export class TransferError extends HiltError {
  readonly code = "E_TRANSFER";
  readonly blame: Blame = "product";
  readonly channel: string;
  /** The name of an error kind, or its number where the register map has no name for it. */
  readonly kind: string;
  readonly address: LogicalAddress;
  /** Bytes of the element that did not arrive. */
  readonly residueBytes: number;

  constructor(facts: {
    channel: string;
    kind: string;
    stage: string;
    isWrite: boolean;
    address: LogicalAddress;
    residueBytes: number;
    lengthBytes: number;
  }) {
    const access = `${facts.isWrite ? "write" : "read"} of ${facts.stage} at logical ${hexAddress(facts.address)}`;
    super(
      `${facts.channel}: ${facts.kind} on a ${access}; ${facts.residueBytes} of ${facts.lengthBytes} bytes did not arrive`,
    );
    this.channel = facts.channel;
    this.kind = facts.kind;
    this.address = facts.address;
    this.residueBytes = facts.residueBytes;
  }
}

/** A transfer did not end in time. */
export class TransferTimeoutError extends HiltError {
  readonly code = "E_TRANSFER_TIMEOUT";
  readonly blame: Blame = "product";
  readonly channel: string;
  readonly waitedCycles: number;
  readonly #lastSeen: readonly string[];

  /** `lastSeen`: who waits for whom, and what the device says, a line each. */
  constructor(channel: string, waitedCycles: number, lastSeen: readonly string[], options?: ErrorOptions) {
    super(
      [`${channel}: no completion interrupt within ${waitedCycles} cycles`, ...lastSeen].join("\n  "),
      options,
    );
    this.channel = channel;
    this.waitedCycles = waitedCycles;
    this.#lastSeen = lastSeen;
  }

  /** The same, of a channel that could not be stopped afterwards. */
  withFailedStop(cause: Error): TransferTimeoutError {
    const lines = [...this.#lastSeen, `then it could not be stopped: ${cause.message}`];
    return new TransferTimeoutError(this.channel, this.waitedCycles, lines, { cause });
  }
}

/** The device was reset or closed while it had transfers, or closed before it could be reset. */
export class DeviceResetError extends HiltError {
  readonly code = "E_DEVICE_RESET";
  readonly blame: Blame = "product";

  constructor(why: string, before = "the transfer had ended") {
    super(`the device ${why} before ${before}`);
  }
}

/** The system has no memory for the driver's rings. */
export class CommonBufferError extends HiltError {
  readonly code = "E_COMMON_BUFFER";
  readonly blame: Blame = "product";

  constructor(lengthBytes: number) {
    super(`AllocateCommonBuffer has no ${lengthBytes} neighbouring bytes within the device's reach`);
  }
}

/** The controller's registers contradict each other or its contract. */
export class DeviceContractError extends HiltError {
  readonly code = "E_DEVICE_CONTRACT";
  readonly blame: Blame = "product";
}
