import { z } from "zod";
import type { Config, DeviceConfig, HarnessConfig, PortTableConfig, TargetConfig } from "./config.ts";
import { type ParameterConfig, parameterFault } from "./parameter.ts";

/**
 * What a configuration may say. It checks `hilt.config.ts`, and `docs/config.md` is made from it: the descriptions are
 * the reference.
 */

/** An object whose unknown keys are errors that say which keys there are. */
function keys<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code }) => (code === "unrecognized_keys" ? `unknown; there is ${names}` : "must be an object"),
  });
}

const oneOf = <T extends string>(what: string, ...values: readonly [T, ...T[]]) =>
  z.enum(values, {
    error: ({ input }) =>
      `${String(input)} is no ${what}; there is ${values.map((one) => `"${one}"`).join(", ")}`,
  });

const cycles = z.int().min(1).max(65_535);
const latency = z.union([cycles, z.tuple([cycles, cycles]).refine(([least, most]) => least <= most)], {
  error: "must be a number of cycles from 1 to 65535, or the least and the most of them, in this order",
});
const share = z.number({ error: "must be a share of cycles from 0 to 0.99" }).min(0).max(0.99);
const outstanding = z.int({ error: "must be a number of bursts from 1 to 64" }).min(1).max(64);
const text = z.string({ error: "must be text" });
const name = text.regex(/^[A-Za-z_][\w$]*$/, { error: "must be a name of Verilog" });
const truth = z.boolean({ error: "must be true or false" });

const harness: z.ZodType<HarnessConfig> = keys({
  readLatency: latency
    .optional()
    .describe(
      "Cycles from a read address to its first beat: one number, or the least and the most. By default 1.",
    ),
  writeLatency: latency
    .optional()
    .describe("Cycles from the last beat of a write to its response. By default 1."),
  readOutstanding: outstanding.optional().describe("Most read bursts in flight, 1 to 64. By default 64."),
  writeOutstanding: outstanding.optional().describe("Most write bursts in flight, 1 to 64. By default 64."),
  stalls: z
    .union([
      share,
      keys({
        ...{ ar: share.optional(), aw: share.optional(), w: share.optional() },
        ...{ r: share.optional(), b: share.optional(), register: share.optional() },
      }),
    ])
    .optional()
    .describe(
      "Share of cycles, 0 to 0.99, in which a channel is held back: one for all, or by `ar`, `aw`, `w`, `r`, `b`, `register`. By default 0.",
    ),
});

const portTable: z.ZodType<PortTableConfig> = keys({
  prefix: text.describe("What stands before the signal's name, as `m_axi_`."),
  upperCase: truth.optional().describe("The signal's part of the name is in upper case."),
  ports: z
    .record(z.string(), z.union([name, z.null()], { error: "must be the name of a port, or null" }), {
      error: "must be an object",
    })
    .optional()
    .describe(
      "Signals by name that are called otherwise (the whole name of the port) or are not there (`null`), as `{ awprot: null }`.",
    ),
});

const parameter: z.ZodType<ParameterConfig> = z
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
  name,
  z.union([z.literal(true), text.regex(/^[^\n]*$/)], { error: "must be text of one line, or true" }),
  { error: "must be an object of names of Verilog" },
);

const device: z.ZodType<DeviceConfig> = keys({
  files: z
    .array(text, { error: "must be a list of paths" })
    .min(1)
    .describe("Verilog files, from the configuration's folder, in order."),
  includeDirectories: z.array(text).optional().describe("Folders for `` `include ``."),
  top: name.describe("The device's top module."),
  parameters: z
    .record(name, parameter, { error: "must be an object of names of Verilog" })
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
  clock: name.describe("The clock's port."),
  reset: keys({
    port: name.describe("The reset's port."),
    activeLow: truth.optional().describe("Reset while 0."),
  }).describe("The reset."),
  registers: portTable.describe("The AXI4-Lite slave with the device's registers."),
  memory: portTable.describe("The AXI4 master to host memory."),
  interrupt: name.describe("The interrupt's port: a level, active high."),
});

const target: z.ZodType<TargetConfig> = keys({
  link: oneOf("link", "simulator").describe("How the device is reached: `simulator`."),
  engine: oneOf("engine", "wasm", "verilator").describe(
    "What computes the RTL: `wasm`, the built-in engine, or `verilator`.",
  ),
  verilator: text
    .optional()
    .describe("Path of the command of Verilator, for the engine `verilator`. The one on the PATH."),
  buildLimitSeconds: z
    .number({ error: "must be a number of seconds, more than 0" })
    .positive()
    .optional()
    .describe(
      "CPU time in seconds that each program of a build may take: Yosys, Verilator, the C++ compiler, with the processes they start. By default 600.",
    ),
  harness: harness.optional().describe("How host memory and the bus behave; ideal by default."),
  interrupts: oneOf("interrupts", "level", "message")
    .optional()
    .describe(
      "`level`: the host sees that the line is high. `message`: only that it rises, as with MSI or a pulse. By default `level`.",
    ),
  device: device.optional().describe("A device of your own; by default hilt's DMA controller."),
});

const profile = keys({
  banks: z
    .array(
      keys({
        base: z.int({ error: "must be a physical address" }).min(0).describe("Physical address."),
        bytes: z.int({ error: "must be a number of bytes" }).min(1).describe("A multiple of 4096."),
      }),
      { error: "must be a list of { base, bytes }" },
    )
    .optional()
    .describe("RAM by physical address, one to four pieces."),
  fragmentation: oneOf("fragmentation", "shuffled", "contiguous")
    .optional()
    .describe("`shuffled`: pages in an order that the seed decides; `contiguous`: in order of address."),
  pageBytes: z
    .int({ error: "must be a number of bytes" })
    .optional()
    .describe("Bytes that stay together: 4096 or a power of two times that."),
  deviceAddressBits: z
    .int({ error: "must be a number of bits" })
    .optional()
    .describe("Address bits that the driver claims for its device, 24 to 64."),
  mapRegisters: z
    .int({ error: "must be a count" })
    .min(2)
    .optional()
    .describe("Pages that can be mapped at a time, over all adapters."),
});

export const configSchema: z.ZodType<Config> = keys({
  benches: z
    .array(text, { error: "must be a list of paths" })
    .optional()
    .describe("Folders and files with benches. The whole project by default."),
  seed: z
    .union([z.bigint(), z.int()], { error: "must be a whole number from 0 to 2^64 - 1" })
    .optional()
    .describe("The seed of a run that is given none, 64 bits. By default 1."),
  profile: text
    .optional()
    .describe("The platform profile of a run that is given none. By default `standard`."),
  profiles: z
    .record(z.string(), profile, { error: "must be an object" })
    .optional()
    .describe("Platform profiles of the project's own, by name; what one leaves out is as in `standard`."),
  targets: z
    .record(z.string(), target, { error: "must be an object" })
    .optional()
    .describe(
      "Targets by name; the first one runs when none is named. By default `wasm`, the built-in engine.",
    ),
});
