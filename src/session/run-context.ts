import type { LineCounts } from "../bus/line-counts.ts";
import type { WavesWindow } from "../links/link-kind.ts";
import type { LinkSettings } from "../links/registry.ts";
import type { PlatformProfile } from "../memory/platform-profile.ts";
import type { FailurePlace, HostMemoryCounts, Problem } from "../report/run-result.ts";
import type { StatedNeed, TargetFacts } from "./needs.ts";
import type { OutputRange } from "./worker-log.ts";

/** What the process that starts a run hands to the workers; plain data. */
export interface RunContext extends TargetFacts {
  readonly settings: LinkSettings;
  /** What the link has found while it prepared the run; means nothing to others. */
  readonly prepared: unknown;
  readonly profile: PlatformProfile;
  /** Hexadecimal with prefix. */
  readonly seed: string;
  readonly root: string;
  /** The same folder under a name that Vite can read; absent where it is the same. */
  readonly plainRoot?: string;
  /** Where workers write what they are at, and print; absent when nobody watches them. */
  readonly workersDirectory?: string;
  readonly waves?: RunWaves;
  /** Where the journals of tests stay; absent when nobody keeps them. */
  readonly journals?: RunJournals;
  /** Why the target could not be prepared: every test fails with it. */
  readonly problem?: Pick<Problem, "code" | "blame" | "message">;
}

export interface RunWaves extends Pick<WavesWindow, "from" | "to"> {
  readonly directory: string;
  /** Those of tests that pass are deleted. */
  readonly isOfFailures: boolean;
}

export interface RunJournals {
  /** The id of the run. */
  readonly run: string;
  readonly directory: string;
  /** Of all tests everything, with the bytes that the device writes; else of those that fail the last entries. */
  readonly isWhole: boolean;
}

/** What a test says of itself when it ends, through Vitest's `task.meta`. */
export interface BenchFacts {
  /** What was tested, as it has identified itself; absent when it was lost, or could not be opened, before it did. */
  readonly device?: string;
  readonly cycles: number;
  /** Of a serial line. */
  readonly line?: LineCounts;
  /** Absent where the link does not observe it. */
  readonly hostMemory?: HostMemoryCounts;
  /** Why it is not known although the link may observe it. */
  readonly hostMemoryMissing?: string;
  readonly interrupts: number;
  /** The last events before a failure, a line each; empty after a success. */
  readonly lastEvents: readonly string[];
  /** What the driver holds and waits for after a failure. */
  readonly holdings: readonly string[];
  /** After a failure: the last calls of the DMA interface that were refused. */
  readonly refusals?: readonly string[];
  readonly failure?: FailurePlace;
  /** The first `$warning`s of the device, and bursts that were open when the test ended. */
  readonly warnings?: readonly string[];
  /** Why the link had to be connected again before the test. */
  readonly reconnected?: string;
  /** The file of the journal, from the project's folder. */
  readonly journal?: string;
  /** Why a journal that was to be whole is not complete. */
  readonly journalIncomplete?: string;
  /** The file of waves, from the project's folder. */
  readonly waves?: string;
  /** Why there is none although waves were asked for. */
  readonly wavesMissing?: string;
}

declare module "vitest" {
  interface ProvidedContext {
    hilt: RunContext;
  }
  interface TaskMeta {
    hilt?: BenchFacts;
    /** Of a test or a group itself, without those of the groups that it is in. */
    needs?: readonly StatedNeed[];
    /** Why the target does not meet them: known before the test begins. */
    lack?: string;
    /** Where what was printed while the test ran lies. */
    output?: OutputRange;
  }
}
