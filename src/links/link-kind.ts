import type { LinkEvent } from "../bus/event.ts";
import type { Link } from "../bus/link.ts";
import type { Traits } from "../bus/traits.ts";
import type { DesignMessage } from "../core/design-message.ts";
import type { Blame } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { BankLayout } from "../memory/platform-profile.ts";

/**
 * A row of the registry: everything that the rest of hilt knows of a kind of link.
 *
 * A link has three lives. `prepare` is for a run: it builds, locks and starts what all tests share, and what it found is
 * plain data that goes to every worker. `connect` is for a worker, a process that runs one file of benches. `fresh` is
 * for a test.
 */
export interface LinkKind<Settings, Prepared> {
  /** Known before anything is opened: from the settings, and from whether the run records waves. */
  traits(settings: Settings, run: { readonly waves: boolean }): Traits;
  /** What computes or carries the device, in a few words: `hilt list` and reports print it. */
  describe(settings: Settings): string;
  /** How a test gets a fresh device, in a word: only of links that have several ways. */
  freshBy?(settings: Settings): string;
  /** What this machine has of what these targets need, for `hilt doctor`; also when there are none. */
  checks(targets: readonly NamedSettings<Settings>[]): Promise<readonly Check[]>;
  /** Throws a usage error for a request that the link cannot meet. */
  prepare(name: string, settings: Settings, run: PrepareOptions): Promise<Preparation<Prepared>>;
  connect(name: string, settings: Settings, prepared: Prepared, worker: ConnectOptions): Promise<Connection>;
  /**
   * Starts what the target is reached through for a program of the user's own, until the result is disposed of; only of
   * links whose row `serves`.
   */
  serve?(name: string, settings: Settings, run: PrepareOptions): Promise<Served>;
  /** Adds up what the tests of a run have counted; only of links that count coverage. */
  coverage?(prepared: Prepared): Promise<CoverageReport>;
  /** Takes what is left of a process that the link has taken with it; only of links that run code which can crash. */
  lastWords?(file: string): LastWords | undefined;
}

export interface NamedSettings<Settings> {
  readonly name: string;
  readonly settings: Settings;
}

/** A tool or a right that a link needs. */
export interface Check {
  readonly what: string;
  /** Without it a target of the configuration cannot run. */
  readonly isNeeded: boolean;
  readonly isThere: boolean;
  readonly remedy: string;
}

/** The life of a run. */
export interface PrepareOptions {
  /** Where a link may keep what it makes for later runs. */
  readonly cacheDirectory: string;
  /** Folders that have one for each board; by default that of the boards that come with hilt. */
  readonly boards?: readonly string[];
  readonly log: Log;
  /** Most wall time of one test in milliseconds. */
  readonly limitMs?: number;
  /** The run records these signals. */
  readonly waves?: WavesChoice;
  /** The run counts what its tests cover of the device: the folder for the report. */
  readonly coverage?: string;
  /** When it is aborted the process is to end: whatever is being built ends, and rejects. */
  readonly signal?: AbortSignal;
}

/** What a run has until it ends. */
export interface Preparation<Prepared> extends AsyncDisposable {
  /** Plain data: it is handed to other processes. */
  readonly prepared: Prepared;
  /** Files and folders, absolute: after an edit of one, what was prepared is out of date. */
  readonly sources: readonly string[];
  /** What is legal and seldom meant, each with file and line. */
  readonly warnings: readonly string[];
  /** Absent where nothing is built. */
  readonly build?: { readonly fromCache: boolean; readonly buildMs: number };
}

/** What `hilt <link>` has started. */
export interface Served extends AsyncDisposable {
  /** What a user is told: how to reach it. */
  readonly lines: readonly string[];
  /** The same for programs. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** Rejects when it has ended by itself. */
  readonly lost: Promise<never>;
}

/** The life of a worker. */
export interface ConnectOptions {
  readonly log: Log;
  /** Where a link that takes the process with it leaves word, for `lastWords`. */
  readonly lastWordsFile?: string;
}

export interface Connection extends AsyncDisposable {
  /**
   * The device as after its reset: registers as then, no window open, no interrupt pending, nothing of an earlier test
   * under way. The caller disposes of the link before it asks for the next.
   */
  fresh(options: FreshOptions): Promise<Link>;
}

/** The life of a test. */
export interface FreshOptions {
  /** Decides everything that is left to chance: stalls, latencies, values before reset. */
  readonly seed: bigint;
  readonly log: Log;
  /** RAM by physical address; by default that of the standard profile. */
  readonly banks?: readonly BankLayout[];
  /** Where to record; only in a run that was prepared for it. */
  readonly waves?: WavesWindow;
  /** Hears what the device says. */
  readonly onMessage?: (message: DeviceMessage) => void;
}

/** `$display` and its kin, an assertion that failed. The cycle counts from the end of the reset, before it is negative. */
export type DeviceMessage = DesignMessage;

/** Which signals to record, and from when. */
export interface WavesChoice {
  /**
   * Hierarchical signal names; `*` stands for anything but a dot, `**` for anything. By default what the link thinks
   * useful.
   */
  readonly patterns?: readonly string[] | undefined;
  /** From this cycle, or from the first cycle in which the signal of this name is not 0; by default from the start. */
  readonly from?: number | string;
  /** The last cycle to record; by default the end. */
  readonly to?: number;
}

/** What one test records of the signals that the run was prepared for. */
export interface WavesWindow extends Pick<WavesChoice, "from" | "to"> {
  /** The file to write, without the ending that its format has. */
  readonly path: string;
}

/** Why a process is gone, as the link has written it down before the end. */
export interface LastWords {
  readonly problem: { readonly blame: Blame; readonly code: string; readonly message: string };
  /** Cycles since the test's device was opened. */
  readonly cycle: number;
  /** Events that nobody has taken, in order. */
  readonly events: readonly LinkEvent[];
}

/** What the tests of a run have covered of the device. */
export interface CoverageReport {
  /** Tests that gave their counts. */
  readonly simulations: number;
  readonly totals: Readonly<
    Record<"line" | "branch" | "toggle" | "user", { readonly hit: number; readonly total: number }>
  >;
  /** In the format of lcov. */
  readonly info: string;
  /** Its first page; absent without genhtml. */
  readonly html?: string;
  /** Why there are no pages. */
  readonly missing?: string;
}
