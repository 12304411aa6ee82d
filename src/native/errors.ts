import { getSystemErrorMap } from "node:util";
import koffi from "koffi";
import { type Blame, HiltError } from "../core/errors.ts";

/** The operating system refused a system call. */
export class SystemCallError extends HiltError {
  readonly code = "E_SYSTEM_CALL";
  readonly blame: Blame = "environment";
  /** Such as `ENOLCK`; `errno 95` for a number without a name. */
  readonly errno: string;

  constructor(call: string, errno: number) {
    const [name, message] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, "unknown error"];
    super(`${call}: ${name}, ${message}`);
    this.errno = name;
  }

  /** Why the last call through the foreign function interface failed. */
  static last(call: string): SystemCallError {
    return new SystemCallError(call, koffi.errno());
  }
}
