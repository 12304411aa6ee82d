import { fileURLToPath } from "node:url";
import { type Blame, HiltError } from "../core/errors.ts";

const ROOM = fileURLToPath(new URL(".", import.meta.url));

/** A wrong use of the DMA interface by a driver, as data. */
export interface Finding {
  /** A name of ours, such as `IRQL`; stable. */
  readonly code: string;
  readonly message: string;
  /** The driver's line that made the call, as a stack trace gives it. */
  readonly callSite: string;
}

/** A driver used the DMA interface in a way that it does not allow. */
export class FindingError extends HiltError {
  readonly code = "E_FINDING";
  readonly blame: Blame = "product";
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(`${finding.code}: ${finding.message} (${finding.callSite})`);
    this.finding = finding;
  }
}

/** The first frame outside this room. */
export function callSite(): string {
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  const outside = lines.find((line) => !line.includes(ROOM));
  return outside?.trim() ?? "unknown";
}
