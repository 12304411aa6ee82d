import { type CallSite, callSite, programFrames } from "../core/call-sites.ts";
import { counted } from "../core/counted.ts";
import { type Blame, HiltError } from "../core/errors.ts";
import { type FindingName, findingCodes } from "./finding-codes.ts";

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
  /** The driver's frames that made the call, innermost first, a line each, as a stack trace gives them. */
  readonly callSite: string;
}

export interface FindingDetails {
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly mapping?: string;
  /** Of a call before this one that is to blame; the present one by default. */
  readonly site?: CallSite | undefined;
}

/** The findings of one system, in order. */
export class Findings {
  readonly all: Finding[] = [];

  report(name: FindingName, message: string, details: FindingDetails = {}): void {
    const { parameters = {}, mapping, site = callSite() } = details;
    const { code, rule } = findingCodes[name];
    const more = mapping === undefined ? {} : { mapping };
    this.all.push({
      ...{ name, code, rule, message, parameters, ...more },
      get callSite() {
        return programFrames(site).join("\n") || "unknown";
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
    const others = more > 0 ? `\n  and ${counted(more, "more finding")}` : "";
    super(
      `DMA verifier ${code} ${name}: ${message}\n  rule: ${rule}${mapping === undefined ? "" : `\n  mapping: ${mapping}`}\n  ${site.replaceAll("\n", "\n  ")}${others}`,
    );
    this.finding = finding;
  }
}
