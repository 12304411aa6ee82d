import { faultyBytes } from "./faulty-bytes.ts";
import { faultyClosings } from "./faulty-closings.ts";
import { faultyErrors } from "./faulty-errors.ts";
import { faultyEvents } from "./faulty-events.ts";
import { faultyFreshness } from "./faulty-freshness.ts";
import { faultyInterrupts } from "./faulty-interrupts.ts";
import type { FaultyLink } from "./faulty-link.ts";
import { faultyLists } from "./faulty-lists.ts";
import { faultyLives } from "./faulty-lives.ts";
import { faultyMemory } from "./faulty-memory.ts";
import { faultyRegisters } from "./faulty-registers.ts";
import { faultySignals } from "./faulty-signals.ts";
import { faultyTime } from "./faulty-time.ts";
import { faultyTraits } from "./faulty-traits.ts";
import { faultyVectors } from "./faulty-vectors.ts";
import { faultyWideRegisters } from "./faulty-wide-registers.ts";
import { faultyWindows } from "./faulty-windows.ts";

/** The mutants of the suite: no link that breaks the contract like this may pass. */
export const faultyLinks: readonly FaultyLink[] = [
  ...[faultyRegisters, faultyLists, faultyMemory, faultyWindows, faultyClosings, faultyInterrupts],
  ...[faultyTime, faultyEvents, faultyErrors, faultyLives, faultyFreshness, faultyTraits, faultyBytes],
  ...[faultySignals, faultyWideRegisters, faultyVectors],
].flat();
