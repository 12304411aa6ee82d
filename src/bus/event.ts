import type { LogicalAddress } from "../core/address.ts";

/** What crossed the link, in order of `cycle`; several events may share a cycle. */
export type LinkEvent =
  /** The device has answered a register access; links that do not see the cycle leave it out. */
  | {
      readonly kind: "register";
      readonly cycle: number;
      readonly access: Direction;
      readonly address: number;
      /** That a read gave; 0 for a write. */
      readonly value: number;
      readonly isRefused: boolean;
    }
  | {
      /**
       * The device asks for host memory; `lengthBytes` is from `address` to the end of what it asks for, at least 1. An AXI
       * burst that wraps or stays at its address has the number of bytes that it moves.
       */
      readonly kind: "access";
      readonly cycle: number;
      readonly direction: Direction;
      readonly address: LogicalAddress;
      readonly lengthBytes: number;
      /** Distinguishes the masters inside the device, where the link knows them: the AXI4 ID of a burst. */
      readonly master?: number;
    }
  /** The oldest access of that direction and master has been answered; links that see no bursts leave it out. */
  | {
      readonly kind: "access-end";
      readonly cycle: number;
      readonly direction: Direction;
      readonly master?: number;
    }
  /**
   * The device has put these bytes into host memory, as they were then: all that it writes and no others, at the latest before the
   * host can see them. Only for listeners that ask for bytes, from links that observe accesses.
   */
  | {
      readonly kind: "written";
      readonly cycle: number;
      readonly address: LogicalAddress;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: "interrupt";
      readonly cycle: number;
      readonly vector: number;
      readonly asserted: boolean;
    }
  | {
      readonly kind: "fault";
      readonly cycle: number;
      readonly direction: Direction;
      readonly address: LogicalAddress;
    }
  /** A beat that answered an error because it was asked to. */
  | {
      readonly kind: "injected-error";
      readonly cycle: number;
      readonly direction: Direction;
      readonly address: LogicalAddress;
    }
  | {
      readonly kind: "violation";
      readonly cycle: number;
      /** The device's own, where the link's clock counts something else and the board says it. */
      readonly deviceCycle?: number;
      readonly rule: string;
      readonly address: LogicalAddress;
    };

/** `read`: the device reads host memory; `write`: it writes. */
export type Direction = "read" | "write";

export interface ListenOptions {
  /** Events of kind `written`, too: they cost time. */
  readonly bytes?: boolean;
}

export type LinkEventListener = (event: LinkEvent) => void;
