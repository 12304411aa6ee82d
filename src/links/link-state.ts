import { LinkClosedError } from "../bus/errors.ts";

/** Whether a link can do anything, and if not, why: the first reason stays, whatever comes later. */
export class LinkState {
  readonly #link: string;
  #end: Error | undefined;

  constructor(link: string) {
    this.#link = link;
  }

  /** With what every operation rejects: the link was lost, the device does not answer, or the link was closed. */
  get end(): Error | undefined {
    return this.#end;
  }

  /** Keeps the first error, and gives it back. */
  fail(error: Error): Error {
    this.#end ??= error;
    return this.#end;
  }

  close(): Error {
    return this.fail(new LinkClosedError(this.#link));
  }

  check(): void {
    if (this.#end !== undefined) throw this.#end;
  }
}
