import { type Blame, HiltError } from "../core/errors.ts";
import { hex } from "../core/hex.ts";

/** The other side sent something that is not a message: a bridge of another version, or a bridge with a bug. Ends a session. */
export class WireMessageError extends HiltError {
  readonly code = "E_WIRE_MESSAGE";
  readonly blame: Blame = "link";

  constructor(what: string, first: number) {
    super(`the stream has ${what} (first byte ${hex(first, 2)})`);
  }
}

/**
 * A session has ended against its will. What the board had acknowledged of the stream has reached it; whether it has done
 * what was sent after that, or was sent and not answered, is not known.
 */
export class SessionLost extends HiltError {
  readonly code = "E_SESSION_LOST";
  readonly blame: Blame = "link";
  /** Bytes of the host's stream that the board had acknowledged, and that the host had sent. */
  readonly acknowledgedBytes: number;
  readonly sentBytes: number;

  constructor(
    why: string,
    { acknowledgedBytes, sentBytes }: { acknowledgedBytes: number; sentBytes: number },
    options?: ErrorOptions,
  ) {
    super(
      `${why}; the board had acknowledged ${acknowledgedBytes} of ${sentBytes} bytes that were sent`,
      options,
    );
    this.acknowledgedBytes = acknowledgedBytes;
    this.sentBytes = sentBytes;
  }
}

/** Nothing on the line has answered as a board does. */
export class NoBoardError extends HiltError {
  readonly code = "E_NO_BOARD";
  readonly blame: Blame = "link";
}

/** A simulated board refuses a request on its control channel, or the channel is gone. */
export class ControlError extends HiltError {
  readonly code = "E_CONTROL_CHANNEL";
  readonly blame: Blame = "link";
}
