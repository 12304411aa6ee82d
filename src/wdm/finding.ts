import { fileURLToPath } from "node:url";
import { type Blame, HiltError } from "../core/errors.ts";
import { type FindingName, findingCodes } from "./finding-codes.ts";

const ROOM = fileURLToPath(new URL(".", import.meta.url));

/** Frames of this room that may lie between a driver's call and a finding. */
const DEEPEST = 16;

/** A wrong use of the DMA interface by a driver, as data. */
export interface Finding {
  readonly name: FindingName;
  /** The code of Driver Verifier (`0x13`), or ours (`X2`) where it has none. */
  readonly code: string;
  /** What a driver must do instead. */
  readonly rule: string;
  readonly message: string;
  /** The facts of the message, by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The mapping in question: what is mapped, in which direction. */
  readonly mapping?: string;
  /** The driver's line that made the call, as a stack trace gives it. */
  readonly callSite: string;
}

export interface FindingDetails {
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly mapping?: string;
}

/** The findings of one system, in order. */
export class Findings {
  readonly all: Finding[] = [];

  report(name: FindingName, message: string, { parameters = {}, mapping }: FindingDetails = {}): void {
    const { code, rule } = findingCodes[name];
    const more = mapping === undefined ? {} : { mapping };
    const site = callSite();
    this.all.push({
      ...{ name, code, rule, message, parameters, ...more },
      get callSite() {
        return site();
      },
    });
  }
}

/** A driver used the DMA interface in a way that it does not allow. */
export class FindingError extends HiltError {
  readonly code = "E_FINDING";
  readonly blame: Blame = "product";
  readonly finding: Finding;

  constructor(finding: Finding, more: number) {
    const { name, code, message, rule, mapping, callSite: site } = finding;
    const others = more > 0 ? `\n  and ${more} more findings` : "";
    super(
      `DMA verifier ${code} ${name}: ${message}\n  rule: ${rule}${mapping === undefined ? "" : `\n  mapping: ${mapping}`}\n  ${site}${others}`,
    );
    this.finding = finding;
  }
}

/**
 * The first frame outside this room; frames without a file, as of a promise, are nobody's. It is looked for when somebody
 * asks: to write a stack down takes long.
 */
function callSite(): () => string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEEPEST;
  const here = new Error();
  Error.stackTraceLimit = limit;
  return () => {
    const lines = (here.stack ?? "").split("\n").slice(1);
    return lines.find((line) => /[/\\]/.test(line) && !line.includes(ROOM))?.trim() ?? "unknown";
  };
}
