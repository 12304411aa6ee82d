/**
 * Base of every failure that a caller can tell apart.
 *
 * A message says who tried what and what happened, with the numbers; advice belongs to the command line,
 * which looks it up by `code`. `blame` decides the verdict and the exit code (see `Blame`).
 */
export abstract class HiltError extends Error {
  abstract readonly code: string;
  abstract readonly blame: Blame;
  /** The program whose message it is; absent where it is hilt's own. */
  readonly tool: string | undefined;

  constructor(message: string, options?: ErrorOptions & { readonly tool?: string }) {
    super(message, options);
    this.tool = options?.tool;
    this.name = new.target.name;
  }
}

/**
 * Whose fault a failure is: `product` (the device or the test, exit 1), `usage` (2), `environment` (a tool or a
 * permission, 3), `link` (the link or the board, 4), `bug` (ours, 70), `interrupted` (nobody's: Ctrl-C and its kin, 130).
 */
export type Blame = "product" | "usage" | "environment" | "link" | "bug" | "interrupted";
