import type { CallSite } from "../core/call-sites.ts";
import type { AdapterState } from "./adapter-state.ts";
import type { Arbiter } from "./arbiter.ts";
import type { Findings } from "./finding.ts";
import type { Injections } from "./injections.ts";
import type { Irql } from "./irql.ts";
import type { MappingParts } from "./mapping.ts";
import type { TransferContexts } from "./transfer-context.ts";

/** What the routines of all adapters work on. */
export interface Host {
  readonly parts: MappingParts;
  readonly findings: Findings;
  readonly irql: Irql;
  readonly contexts: TransferContexts;
  readonly arbiter: Arbiter;
  readonly injections: Injections;
  /** Map registers of all adapters together. */
  readonly registers: number;
  /** The last calls that returned an error, the latest at the end. */
  readonly refusals: { readonly routine: string; readonly status: number; readonly site: CallSite }[];
  /** The size of the operations table for each adapter is data; the state is not for drivers. */
  readonly adapters: Map<unknown, AdapterState>;
}
