import type { LogicalAddress } from "../core/address.ts";

/** What crossed the link, in order of `cycle`; several events may share a cycle. */
export type LinkEvent =
  | {
      readonly kind: "burst";
      readonly cycle: number;
      readonly direction: Direction;
      readonly address: LogicalAddress;
      readonly beats: number;
      /** AXI4 ID of the burst: tells the masters inside the device apart. */
      readonly id: number;
    }
  | { readonly kind: "burst-end"; readonly cycle: number; readonly direction: Direction }
  | { readonly kind: "interrupt"; readonly cycle: number; readonly asserted: boolean }
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
      readonly rule: string;
      readonly address: LogicalAddress;
    };

/** `read`: the device reads host memory; `write`: it writes. */
export type Direction = "read" | "write";

export type LinkEventListener = (event: LinkEvent) => void;
