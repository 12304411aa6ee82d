import { type Blame, HiltError } from "../core/errors.ts";

/** The table of a device does not fit its module, or itself. Names each entry by its place in the configuration. */
export class BindingError extends HiltError {
  readonly code = "E_CONFIG";
  readonly blame: Blame = "usage";

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n    "), options);
  }
}
