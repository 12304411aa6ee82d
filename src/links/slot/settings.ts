import { z } from "zod";
import { type DeviceSettings, deviceSchema } from "../device-settings.ts";
import type { PageRights } from "../pcie/page-windows.ts";
import { keys, oneOf, type Shape, text } from "../schema-terms.ts";
import { type HarnessSettings, harnessSchema } from "../simulator/settings.ts";

/** The PCI function of a slot. */
export interface FunctionSettings {
  readonly vendorId?: number | undefined;
  readonly deviceId?: number | undefined;
  /** Of BAR 0, a power of two. */
  readonly barBytes?: number | undefined;
  /** Bits of the address of BAR 0. */
  readonly barBits?: 32 | 64 | undefined;
  /** How the function signals. */
  readonly interrupts?: "msi" | "msi-x" | undefined;
}

/** The settings of a target with `link: "slot"`, as a configuration has them. */
export interface SlotSettings {
  /** The device in the slot; by default our own controller. */
  readonly device?: DeviceSettings | undefined;
  readonly function?: FunctionSettings | undefined;
  readonly harness?: HarnessSettings | undefined;
  /** What a page that has windows allows the device. By default `exact`. */
  readonly pageRights?: PageRights | undefined;
  /** Path of the command of Verilator; by default the one on the PATH. */
  readonly verilator?: string | undefined;
  /** Wall time without an answer of the slot, in seconds. By default 20. */
  readonly stallSeconds?: number | undefined;
}

const id = z.int({ error: "must be a number of 16 bits" }).min(0).max(0xffff);
/** Of BAR 0, with the table of MSI-X. */
export const TABLE_BYTES = 4096;

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

const functionSchema: z.ZodType<FunctionSettings> = keys({
  vendorId: id.optional().describe("Vendor ID. By default 0x1234."),
  deviceId: id.optional().describe("Device ID. By default 0x11e9."),
  barBytes: z
    .int({ error: "must be a power of two from 4096 to 1073741824" })
    .min(4096)
    .max(2 ** 30)
    .refine(isPowerOfTwo, { error: "must be a power of two" })
    .optional()
    .describe("Bytes of BAR 0, where the registers are: a power of two from 4096. By default 65536."),
  barBits: z
    .union([z.literal(32), z.literal(64)], { error: "must be 32 or 64" })
    .optional()
    .describe("Whether the address of BAR 0 has 32 or 64 bits. By default 64."),
  interrupts: oneOf("kind of interrupt", "msi", "msi-x")
    .optional()
    .describe(
      "How the function signals: `msi` (the default) or `msi-x`, whose table lies in the last page of BAR 0.",
    ),
}).refine(({ barBytes, interrupts }) => interrupts !== "msi-x" || barBytes !== TABLE_BYTES, {
  path: ["barBytes"],
  error: `must be ${2 * TABLE_BYTES} or more with "msi-x", whose table takes the last page`,
});

export const shape: Shape<SlotSettings> = {
  device: deviceSchema.optional().describe("A device of your own; by default hilt's DMA controller."),
  function: functionSchema.optional().describe("The PCI function that the device is."),
  harness: harnessSchema.optional().describe("How host memory and the bus behave; ideal by default."),
  pageRights: oneOf("page rights", "exact", "both", "strict")
    .optional()
    .describe(
      "What a page that has windows allows the device: `exact`ly what one of them allows (the default), or as on a card `both` reads and writes, or what the first window asks for, and one that asks for more is refused (`strict`).",
    ),
  verilator: text
    .min(1)
    .optional()
    .describe("Path of the command of Verilator. By default the one on the PATH."),
  stallSeconds: z
    .number({ error: "must be a number of seconds, from 0.001 to 86400" })
    .min(0.001)
    .max(86_400)
    .optional()
    .describe("Seconds without an answer after which the slot is lost. By default 20."),
};
