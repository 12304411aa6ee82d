/** What the soak looks at, by name: any of it can be left out, to see what then lives. */
export const checkNames = [
  "outcome",
  "status",
  "error-index",
  "error-interrupt",
  "abort-cause",
  "abort-effect",
  "bus-master-cause",
  "cut-place",
  "head",
  "record-present",
  "record-absent",
  "record-bytes",
  "record-error",
  "record-after-data",
  "data-before-head",
  "done-lost",
  "done-reason",
  "done-early",
  "done-late",
  "interrupt-line",
  "completed",
  "host-bytes",
  "card-bytes",
  "bus",
  "address-after-off",
  "descriptor-bytes",
  "progress",
  "reset",
] as const;
export type CheckName = (typeof checkNames)[number];

/** What is wrong with the device, by the check that found it. */
export class SoakFailure extends Error {
  readonly check: CheckName;

  constructor(check: CheckName, message: string) {
    super(message);
    this.check = check;
  }
}

/** The checks of a run; some may be left out, to see what the others find without them. */
export class Checks {
  readonly #without: ReadonlySet<CheckName>;

  constructor(without: readonly CheckName[] = []) {
    this.#without = new Set(without);
  }

  /** Throws `SoakFailure` unless `holds`. */
  that(check: CheckName, holds: boolean, message: string | (() => string)): void {
    if (holds || this.#without.has(check)) return;
    throw new SoakFailure(check, typeof message === "string" ? message : message());
  }
}
