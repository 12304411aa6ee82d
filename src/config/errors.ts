import { type Blame, HiltError } from "../core/errors.ts";

/** The configuration file cannot be read or says something that is not allowed. */
export class ConfigError extends HiltError {
  readonly code = "E_CONFIG";
  readonly blame: Blame = "usage";
  readonly file: string;
  /** Path of the key, such as `targets.wasm.harness.stalls`; empty for the whole file. */
  readonly key: string;

  constructor(file: string, key: string, what: string, options?: ErrorOptions) {
    super(`${file}: ${key === "" ? "" : `${key}: `}${what}`, options);
    this.file = file;
    this.key = key;
  }
}
