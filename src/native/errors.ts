import { type Blame, HiltError } from "../core/errors.ts";

/** The operating system refused a system call. */
export class SystemCallError extends HiltError {
  readonly code = "E_SYSTEM_CALL";
  readonly blame: Blame = "environment";
  /** Such as `ENOLCK`; `errno 95` for a number without a name. */
  readonly errno: string;

  constructor(call: string, errno: string, message: string) {
    super(`${call}: ${errno}, ${message}`);
    this.errno = errno;
  }
}
