import { NoAnswerError, RegisterAccessError } from "../../bus/errors.ts";
import { Status, type StatusCode, type UpMessage } from "../../wire/message.ts";

type Ask = Extract<UpMessage, { kind: "register-read" | "register-write" | "fence" }>;

export type AskKind = Ask["kind"];

interface Access {
  readonly ask: Ask;
  /** With what was read, or with the error of this access. */
  readonly settle: (value: number, error: Error | undefined) => void;
  readonly fail: (error: Error) => void;
}

const statusNames: Readonly<Record<number, string>> = {
  [Status.slaveError]: "SLVERR",
  [Status.decodeError]: "DECERR",
};

/** Register accesses and fences that a board has not answered. It answers in their order, so nothing names them. */
export class AccessQueue {
  readonly #link: string;
  readonly #send: (message: Ask) => void;
  readonly #accesses: Access[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(link: string, send: (message: Ask) => void) {
    this.#link = link;
    this.#send = send;
  }

  /** Resolves when all that has been asked up to now is answered, however; rejects when it never will be. */
  get settled(): Promise<unknown> {
    return this.#last;
  }

  /** Register accesses of which it is not known whether they were done. */
  get unanswered(): number {
    return this.#accesses.filter(({ ask }) => ask.kind !== "fence").length;
  }

  /** What was read, or 0, with the error of this access where there is one; rejects when the link is lost. */
  ask(ask: Ask): Promise<{ value: number; error: Error | undefined }> {
    const answer = new Promise<{ value: number; error: Error | undefined }>((resolve, reject) => {
      this.#accesses.push({ ask, settle: (value, error) => resolve({ value, error }), fail: reject });
    });
    // Whoever waits for it hears of its end.
    answer.catch(() => {});
    this.#last = answer;
    this.#send(ask);
    return answer;
  }

  /**
   * An answer of the board. Undefined when it answers nothing that was asked. `before`: what went wrong earlier, which whoever
   * asked is to hear of first.
   */
  answered(
    kind: AskKind,
    status: StatusCode,
    value: number,
    before: Error | undefined,
  ): Answered | undefined {
    const access = this.#accesses.shift();
    if (access === undefined || access.ask.kind !== kind) return undefined;
    const error = this.#errorOf(access.ask, status);
    access.settle(value, before ?? error);
    return { ask: access.ask, error };
  }

  fail(error: Error): void {
    for (const access of this.#accesses.splice(0)) access.fail(error);
  }

  #errorOf(ask: Ask, status: StatusCode): Error | undefined {
    if (ask.kind === "fence" || status === Status.okay) return undefined;
    const direction = ask.kind === "register-read" ? "read" : "write";
    if (status === Status.noAnswer)
      return new NoAnswerError(this.#link, direction, ask.address, "the time of the board's bridge");
    return new RegisterAccessError(
      this.#link,
      direction,
      ask.address,
      `the device answered ${statusNames[status]}`,
    );
  }
}

export interface Answered {
  readonly ask: Ask;
  readonly error: Error | undefined;
}
