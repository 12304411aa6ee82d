import type { ControlMessage } from "./control-message.ts";

/** Status of an access, as AXI has it (Arm IHI 0022, A3.4.4); what AXI calls EXOKAY stands for no answer in time. */
export const Status = { okay: 0, noAnswer: 1, slaveError: 2, decodeError: 3 } as const;
export type StatusCode = (typeof Status)[keyof typeof Status];

/** What the board sends. Addresses of memory are of bytes, and whole, whether the message on the line has one or follows another. */
export type DownMessage =
  /** `isEnd`: the last of an AXI burst, which the host owes an answer. Without data only at the end. */
  | {
      readonly kind: "memory-write";
      readonly address: bigint;
      readonly data: Uint8Array;
      readonly isEnd: boolean;
    }
  | { readonly kind: "memory-read"; readonly address: bigint; readonly lengthBytes: number }
  | {
      readonly kind: "register-value";
      readonly status: StatusCode;
      readonly width: 32;
      readonly value: number;
    }
  | {
      readonly kind: "register-value";
      readonly status: StatusCode;
      readonly width: 64;
      readonly value: bigint;
    }
  | { readonly kind: "register-written"; readonly status: StatusCode }
  /** Bit n is the level of line n. */
  | { readonly kind: "interrupts"; readonly levels: number }
  | { readonly kind: "trace"; readonly bytes: Uint8Array }
  | { readonly kind: "fence-passed"; readonly mark: number }
  | ControlMessage;

/** What the host sends. */
export type UpMessage =
  | { readonly kind: "register-read"; readonly address: number; readonly width: 32 | 64 }
  | { readonly kind: "register-write"; readonly address: number; readonly width: 32; readonly value: number }
  | { readonly kind: "register-write"; readonly address: number; readonly width: 64; readonly value: bigint }
  /** `data` is empty unless the status is okay. */
  | {
      readonly kind: "memory-data";
      readonly status: StatusCode;
      readonly lengthBytes: number;
      readonly data: Uint8Array;
    }
  /** The next so many bursts, 1 to 256, have been written. */
  | { readonly kind: "memory-written"; readonly status: StatusCode; readonly bursts: number }
  | { readonly kind: "fence"; readonly mark: number }
  | ControlMessage;

/** The high half of a message's first byte. */
export const Op = {
  memoryWrite: 1,
  memoryRead: 2,
  registerValue: 3,
  registerWritten: 4,
  interrupts: 5,
  trace: 6,
  fencePassed: 7,
  registerRead: 8,
  registerWrite: 9,
  memoryData: 10,
  memoryWritten: 11,
  fence: 12,
  control: 15,
} as const;

/** The low half, for memory: the address follows the message before; an AXI burst ends; the address has 64 bits; no data. */
export const MemoryFlag = { seq: 1, end: 2, long: 4, empty: 8 } as const;
/** For registers: an address of 32 bits; a value of 64. Answers have a status in the place of the first. */
export const RegisterFlag = { long: 1, wide: 4 } as const;
/** For interrupts: 32 levels. */
export const INTERRUPTS_WIDE = 1;
export const STATUS_MASK = 3;
/** The most bytes of a memory message. */
export const MEMORY_BYTES = 256;
