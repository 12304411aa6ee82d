import type { PhysicalMemory } from "../memory/physical-memory.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Clock } from "./clock.ts";
import type { ErrorInjection } from "./error-injection.ts";
import type { LinkEventListener } from "./event.ts";
import type { WindowTable } from "./window.ts";

/** An element of a list for `perform`; `wait` is one for the interrupt. */
export type Operation =
  | { readonly kind: "write"; readonly address: number; readonly value: number }
  | { readonly kind: "read"; readonly address: number }
  | { readonly kind: "wait"; readonly limitCycles: number };

/**
 * THE CONTRACT: one way to reach a device. Every link passes the suite in `test/contract`.
 *
 * Register addresses are byte offsets, multiples of 4; values are unsigned 32-bit. Writes are posted: they return at
 * once and keep their order with later reads and writes; an error of theirs (a bus error, a lost link) rejects the next
 * awaited operation. Every wait has a limit.
 */
export interface Link extends AsyncDisposable {
  /** The name of the target, as in the configuration. */
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly clock: Clock;
  /** The host's RAM: real bytes that the device reads and writes. */
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  /** The file that waves are recorded in, if they are. */
  readonly wavesFile?: string;
  /** Only with `capabilities.injectsFaults`. */
  readonly errors?: ErrorInjection;

  writeRegister(address: number, value: number): void;
  /** Rejects with `RegisterAccessError` when the device refuses or does not answer. */
  readRegister(address: number): Promise<number>;
  /** Resolves as soon as the interrupt line is high; rejects with `InterruptTimeoutError` after `limitCycles`. */
  waitForInterrupt(limitCycles: number): Promise<void>;
  /**
   * Does several operations in order, in one go, and resolves with the values of the reads. Rejects as the operation would
   * that fails; those behind it are not done. Other waits are met when it is over.
   */
  perform(operations: readonly Operation[]): Promise<number[]>;
  /** Lets device time pass. */
  idle(cycles: number): Promise<void>;

  /** Calls `listener` for every event from now on; the result removes it. */
  onEvent(listener: LinkEventListener): () => void;
}
