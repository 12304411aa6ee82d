import type { LinkEvent } from "../../bus/event.ts";
import type { WindowTable } from "../../bus/window.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";

/** Bytes of host memory that have crossed. */
export interface CrossedBytes {
  toDevice: number;
  fromDevice: number;
}

/** Host memory of a test, and how the simulator gets to it. */
export interface LinkMemory {
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly crossed: Readonly<CrossedBytes>;
  /** Of the simulator's tables, that a window was ever on. */
  readonly usedPages: ReadonlySet<number>;
  /** Collects what the simulator is to know before time passes there. */
  send(): void;
  /** A crossing is out from now on, or has come back. */
  isOut: boolean;
  /** Takes each event of the simulator; what it is on this side. */
  take(event: LinkEvent): readonly LinkEvent[];
  close(): void;
}
