import { z } from "zod";
import { type DeviceBinding, MOST_INTERRUPTS, type PortTable } from "./device-source.ts";
import { type ParameterSetting, parameterFault } from "./parameter.ts";
import { keys, text, truth, verilogName } from "./schema-terms.ts";

/**
 * The setting `device` of every link that can have a device of the user's: its sources, and which of its ports is which
 * signal. Paths are relative to the configuration's folder; a link gets them as a `DeviceSource`.
 */
export interface DeviceSettings extends Omit<DeviceBinding, "parameters"> {
  readonly files: readonly string[];
  readonly includeDirectories?: readonly string[] | undefined;
  readonly parameters?: Readonly<Record<string, ParameterSetting>> | undefined;
}

const portTable: z.ZodType<PortTable> = keys({
  prefix: text.describe("What stands before the signal's name, as `m_axi_`."),
  upperCase: truth.optional().describe("The signal's part of the name is in upper case."),
  ports: z
    .record(z.string(), z.union([verilogName, z.null()], { error: "must be the name of a port, or null" }), {
      error: "must be an object",
    })
    .optional()
    .describe(
      "Signals by name that are called otherwise (the whole name of the port) or are not there (`null`), as `{ awprot: null }`.",
    ),
});

const parameter: z.ZodType<ParameterSetting> = z
  .union(
    [
      z.number(),
      z.bigint(),
      z.boolean(),
      z.string(),
      z.strictObject({ text: z.string() }, { error: "must be { text }" }),
    ],
    { error: "must be a number, a BigInt, true or false, { text }, or an expression of Verilog" },
  )
  .superRefine((value, context) => {
    const fault = parameterFault(value);
    if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
  });

const defines = z.record(
  verilogName,
  z.union([z.literal(true), text.regex(/^[^\n]*$/)], { error: "must be text of one line, or true" }),
  { error: "must be an object of names of Verilog" },
);

const interruptList = z.array(verilogName).refine(({ length }) => length > 0 && length <= MOST_INTERRUPTS, {
  error: `must have 1 to ${MOST_INTERRUPTS} names`,
});

export const deviceSchema: z.ZodType<DeviceSettings> = keys({
  files: z
    .array(text, { error: "must be a list of paths" })
    .min(1)
    .describe("Verilog files, from the configuration's folder, in order."),
  includeDirectories: z.array(text).optional().describe("Folders for `` `include ``."),
  top: verilogName.describe("The device's top module."),
  parameters: z
    .record(verilogName, parameter, { error: "must be an object of names of Verilog" })
    .optional()
    .describe(
      "Parameters of the top module. A string is an expression of Verilog, `{ text }` is text; a whole number of 32 bits or more, BigInt too, is written with its size; a real number has six digits after the point at most.",
    ),
  defines: defines
    .optional()
    .describe('Macros that the Verilog files see, as `{ DEPTH: "16", SIMULATION: true }`.'),
  dataWidth: z
    .union([z.literal(32), z.literal(64)], { error: "must be 32 or 64" })
    .describe("Bits of the AXI4 data bus, 32 or 64."),
  addressWidth: z
    .int({ error: "must be 32 to 64 bits" })
    .min(32)
    .max(64)
    .describe("Bits of an AXI4 address, 32 to 64."),
  idWidth: z
    .int({ error: "must be 0 to 4 bits" })
    .min(0)
    .max(4)
    .describe("Bits of an AXI4 ID, 0 to 4; 0 without ID ports."),
  clock: verilogName.describe("The clock's port."),
  reset: keys({
    port: verilogName.describe("The reset's port."),
    activeLow: truth.optional().describe("Reset while 0."),
  }).describe("The reset."),
  registers: portTable.describe("The AXI4-Lite slave with the device's registers."),
  memory: portTable.describe("The AXI4 master to host memory."),
  interrupt: z
    .union([verilogName, interruptList], { error: "must be the name of a port, or a list of names" })
    .describe(
      `The interrupt's port, a level, active high; or a list of up to ${MOST_INTERRUPTS}, by vector from 0: \`["done", "failed"]\`.`,
    ),
});
