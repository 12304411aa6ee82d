import type { PhysicalMemory } from "../memory/physical-memory.ts";
import type { Clock } from "./clock.ts";
import type { ErrorInjection } from "./error-injection.ts";
import type { LinkEventListener, ListenOptions } from "./event.ts";
import type { InterruptListener } from "./interrupt-listener.ts";
import type { LineCounts } from "./line-counts.ts";
import type { SignalAccess } from "./signal-access.ts";
import type { Pace, Traits } from "./traits.ts";
import type { WaveRecord } from "./wave-record.ts";
import type { WindowTable } from "./window.ts";

/**
 * An element of a list for `perform`; `wait` is one for the interrupt `vector`, 0 by default. `width` is in bits, 32 by
 * default.
 */
export type Operation = NarrowOperation | WideOperation;

/** What every link does. */
export type NarrowOperation =
  | { readonly kind: "write"; readonly address: number; readonly value: number; readonly width?: 32 }
  | { readonly kind: "read"; readonly address: number; readonly width?: 32 }
  | { readonly kind: "wait"; readonly limitCycles: number; readonly vector?: number };

/** One access of 64 bits, of links whose `traits.registerBits` is 64. */
export type WideOperation =
  | { readonly kind: "write"; readonly address: number; readonly value: bigint; readonly width: 64 }
  | { readonly kind: "read"; readonly address: number; readonly width: 64 };

/**
 * THE CONTRACT: one way to reach a device. Every link passes the suite in `test/contract`.
 *
 * Register addresses are byte offsets, multiples of 4; values are unsigned 32-bit. Where `traits.registerBits` is 64 there
 * are accesses of 64 bits, too: each is one access of the device, at a multiple of 8, with an unsigned 64-bit value whose low
 * word is the register at that address. They obey the same laws, and keep their order among the others. Writes are posted: they return at
 * once and keep their order with later reads and writes; an error of theirs rejects the next awaited operation, once. Of
 * several that fail before it, the first is reported. Every wait has a limit. Cycles, of limits as of idles, are whole
 * numbers from 0; others reject with `RangeError`.
 *
 * Memory. What the device wrote before an awaited operation resolved is in `memory` when it resolves. What the host
 * wrote counts as the use of its window says (`Window.use`). After `close` of a window returns, no access of the device is
 * served in it (`OpenWindow.close`).
 *
 * Errors, by what a caller can do about them: `RegisterAccessError` (the device refused), `NoAnswerError` (the device
 * did not answer in time), `LinkLostError` (the way to it is gone: blame `link`), `LinkClosedError` (used after its
 * end), `WindowError` (a window was refused). The second and the third are sticky: every later operation rejects with
 * the same error.
 */
export interface Link extends AsyncDisposable {
  /** The name of the target, as in the configuration. */
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  /**
   * The host's RAM: real bytes that the device reads and writes. A view may be kept for as long as the process lives; once
   * another test has the device, it may have no bytes any more.
   */
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  /** Of this link so far; only of links over a line that can lose something. */
  readonly line?: LineCounts;
  /** Of signals that are recorded; defined exactly where `traits.waves` is true. */
  readonly waves: WaveRecord | undefined;
  /** Defined exactly where `traits.errors` is true. */
  readonly errors: ErrorInjection | undefined;
  /** Defined exactly where `traits.signals` is true. */
  readonly signals: SignalAccess | undefined;

  /** Posted. Throws `RangeError` for an address or a value that is none. */
  writeRegister(address: number, value: number): void;
  /** Also the barrier: when it resolves, all that was posted before has been done. */
  readRegister(address: number): Promise<number>;
  /** As `writeRegister`, 64 bits in one access; there exactly where `traits.registerBits` is 64. */
  writeRegister64?(address: number, value: bigint): void;
  /** As `readRegister`, 64 bits in one access; there exactly where `traits.registerBits` is 64. */
  readRegister64?(address: number): Promise<bigint>;
  /**
   * Does several operations in order, in one go, and resolves with what the reads gave and, for each wait, 1 or 0: a wait
   * has a latch that begins with the list, and one whose limit has passed yields 0. A read of 64 bits gives two values, the
   * low word first. Where `traits.registerBits` is 32, a list with an operation of 64 bits rejects with `RangeError`, and
   * nothing of it is done. Rejects as the operation would that
   * fails; those after a read or a wait that fails are not done. Writes at its end are posted as any others. Other waits
   * are met when it is over.
   */
  perform(operations: readonly Operation[]): Promise<number[]>;
  /** An asker of its own for the interrupt `vector`, 0 by default. Throws `RangeError` when the device lacks it (`traits.vectors`). */
  listen(options?: { readonly vector?: number }): InterruptListener;
  /** Lets device time pass, after what was posted has been done. */
  idle(cycles: number): Promise<void>;

  /** Calls `listener` for every event from now on; the result removes it. */
  onEvent(listener: LinkEventListener, options?: ListenOptions): () => void;
}
