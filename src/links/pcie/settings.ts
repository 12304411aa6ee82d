import { z } from "zod";
import { keys, oneOf, type Shape, text } from "../schema-terms.ts";
import type { PageRights } from "./page-windows.ts";
import { isCardName } from "./pci-function.ts";

/** A register that resets the device when this value is written to it. */
export interface ResetRegister {
  readonly register: number;
  readonly value: number;
}

/** The settings of a target with `link: "pcie"`, as a configuration has them. */
export interface PcieSettings {
  /** Its address, as `0000:03:00.0`, or vendor and device, as `1234:11e9`. */
  readonly card: string;
  /** The BAR that has the registers. By default 0. */
  readonly bar?: number | undefined;
  /** Messages that the device sends, from vector 0 on. By default 1. */
  readonly vectors?: number | undefined;
  /** How the device is reset where its function has no reset of its own, or should not use it. */
  readonly reset?: ResetRegister | undefined;
  /** What a page that has windows allows the device. By default `both`. */
  readonly pageRights?: Exclude<PageRights, "exact"> | undefined;
  /** Milliseconds that the slowest register access takes; limits of waits are made of it. By default 0.1. */
  readonly accessMs?: number | undefined;
  /** Of the device, in Hz: cycles of the clock are counted in it. By default 100,000,000. */
  readonly clockHz?: number | undefined;
}

const word = (what: string) =>
  z
    .int({ error: `must be ${what} of 32 bits` })
    .min(0)
    .max(0xffff_ffff);

const resetSchema: z.ZodType<ResetRegister> = keys({
  register: word("the address of a register")
    .multipleOf(4, { error: "must be a multiple of 4" })
    .describe("Address of the register."),
  value: word("a value").describe("What is written to it."),
});

export const shape: Shape<PcieSettings> = {
  card: text
    .refine(isCardName, { error: "must be an address, as 0000:03:00.0, or vendor and device, as 1234:11e9" })
    .describe("The card: its address, as `0000:03:00.0`, or vendor and device, as `1234:11e9`."),
  bar: z
    .int({ error: "must be the number of a BAR, 0 to 5" })
    .min(0)
    .max(5)
    .optional()
    .describe("The BAR that has the registers. By default 0."),
  vectors: z
    .int({ error: "must be a number of messages, 1 to 32" })
    .min(1)
    .max(32)
    .optional()
    .describe("Messages that the device sends, from vector 0 on. By default 1."),
  reset: resetSchema
    .optional()
    .describe("A register that resets the device, where its function has no reset of its own."),
  pageRights: oneOf("page rights", "both", "strict")
    .optional()
    .describe(
      "What a page that has windows allows the device: `both` reads and writes (the default), or what the first window asks for, and one that asks for more is refused (`strict`).",
    ),
  accessMs: z
    .number({ error: "must be milliseconds, from 0.001 to 1000" })
    .min(0.001)
    .max(1000)
    .optional()
    .describe(
      "Milliseconds that the slowest register access takes; limits of waits are made of it. By default 0.1: a card that is emulated takes longer.",
    ),
  clockHz: z
    .int({ error: "must be a frequency in Hz, from 1000 to 10000000000" })
    .min(1000)
    .max(10_000_000_000)
    .optional()
    .describe("The device's clock in Hz, in which cycles are counted. By default 100000000."),
};
