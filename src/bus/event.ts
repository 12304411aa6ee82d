import type { LogicalAddress } from "../core/address.ts";

/** What crossed the link, in order of `cycle`; several events may share a cycle. */
export type LinkEvent =
  | {
      readonly kind: "burst";
      readonly cycle: number;
      readonly direction: Direction;
      readonly address: LogicalAddress;
      readonly beats: number;
    }
  | { readonly kind: "burst-end"; readonly cycle: number; readonly direction: Direction }
  | { readonly kind: "interrupt"; readonly cycle: number; readonly asserted: boolean }
  | {
      readonly kind: "fault";
      readonly cycle: number;
      readonly direction: Direction;
      readonly address: LogicalAddress;
    }
  | {
      readonly kind: "violation";
      readonly cycle: number;
      readonly rule: string;
      readonly address: LogicalAddress;
    };

/** `read`: the device reads host memory; `write`: it writes. */
export type Direction = "read" | "write";

export type LinkEventListener = (event: LinkEvent) => void;
