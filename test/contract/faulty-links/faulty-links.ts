import type { FaultyLink } from "./faulty-link.ts";
import { faultyRegisters } from "./faulty-registers.ts";

/** The mutants of the suite: no link that breaks the contract like this may pass. */
export const faultyLinks: readonly FaultyLink[] = [...faultyRegisters];
