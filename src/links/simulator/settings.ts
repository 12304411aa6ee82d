import { z } from "zod";
import type { Traits } from "../../bus/traits.ts";
import { type DeviceSettings, deviceSchema } from "../device-settings.ts";
import { keys, oneOf, type Shape, text } from "../schema-terms.ts";

/** The settings of a target with `link: "simulator"`, as a configuration has them. */
export interface SimulatorSettings {
  readonly engine: "wasm" | "verilator";
  /** Path of the command of Verilator; by default the one on the PATH. */
  readonly verilator?: string | undefined;
  /** CPU time that each program of a build may take. */
  readonly buildLimitSeconds?: number | undefined;
  readonly harness?: HarnessSettings | undefined;
  /** `message`: the host sees that the line rises, never that it is high, as with MSI. By default `level`. */
  readonly interrupts?: Traits["interrupts"] | undefined;
  /** Patterns of the signals that the build keeps for `link.signals`: hierarchical names below the harness. By default none. */
  readonly signals?: readonly string[] | undefined;
  /** The device; by default our own, with the Verilog of this installation. */
  readonly device?: DeviceSettings | undefined;
}

/** Cycles: always the same number, or drawn between two for each burst. At least 1. */
export type Latency = number | readonly [min: number, max: number];

/** How host memory and the bus behave. By default ideal: latency 1, no stalls. */
export interface HarnessSettings {
  /** From the acceptance of a read address to its first beat. */
  readonly readLatency?: Latency | undefined;
  /** From the last beat of a write to its response. */
  readonly writeLatency?: Latency | undefined;
  /** Most read bursts that host memory accepts before it has answered them, 1 to 64 (the default). */
  readonly readOutstanding?: number | undefined;
  readonly writeOutstanding?: number | undefined;
  /**
   * Share of cycles, 0 to 0.99, in which a channel is held back: one for all, or by channel. `register` is the host's
   * acceptance of the answers of the register port.
   */
  readonly stalls?: number | { readonly [K in StallChannel]?: number | undefined } | undefined;
  /**
   * Share of bursts, 0 to 0.99, that overtake older ones of other AXI4 IDs: in read data (`r`), in responses (`b`), or one
   * share for both. The order within an ID is kept.
   */
  readonly reordering?: number | { readonly [K in "r" | "b"]?: number | undefined } | undefined;
  /** Share of beats of read data, 0 to 0.99, after which a burst of another ID goes on in the middle of one. */
  readonly interleaving?: number | undefined;
  /** Most beats of write data, 0 to 64, that are taken before the address that they belong to. */
  readonly dataAhead?: number | undefined;
  /** Share of cycles, 0 to 0.99, in which the lines of an idle channel carry junk, the host's lines of the register port too. */
  readonly junk?: number | undefined;
  /** READY rises only after VALID: a device that waits for READY waits for ever. */
  readonly readyAfterValid?: boolean | undefined;
  /**
   * Cycles that a transfer may wait for the device before that is reported as a stall; 0 for ever. By default 4096 and
   * more where latencies are long or stalls are many.
   */
  readonly stallLimit?: number | undefined;
  /** Most windows that are open at a time; more are refused, as by an IOMMU without room. By default any number. */
  readonly maximumWindows?: number | undefined;
}

export type StallChannel = "ar" | "aw" | "w" | "r" | "b" | "register";

const cycles = z.int().min(1).max(65_535);
const latency = z.union([cycles, z.tuple([cycles, cycles]).refine(([least, most]) => least <= most)], {
  error: "must be a number of cycles from 1 to 65535, or the least and the most of them, in this order",
});
const share = z.number({ error: "must be a share of cycles from 0 to 0.99" }).min(0).max(0.99);
const outstanding = z.int({ error: "must be a number of bursts from 1 to 64" }).min(1).max(64);

export const harnessSchema: z.ZodType<HarnessSettings> = keys({
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
  reordering: z
    .union([share, keys({ r: share.optional(), b: share.optional() })])
    .optional()
    .describe(
      "Share of bursts, 0 to 0.99, that overtake older ones of other AXI4 IDs: in read data (`r`), in responses (`b`), or one share for both. By default 0.",
    ),
  interleaving: share
    .optional()
    .describe(
      "Share of beats of read data, 0 to 0.99, after which a burst of another ID goes on in the middle of one. By default 0.",
    ),
  dataAhead: z
    .int({ error: "must be a number of beats from 0 to 64" })
    .min(0)
    .max(64)
    .optional()
    .describe(
      "Most beats of write data, 0 to 64, that are taken before the address that they belong to; `stalls` of `aw` makes it likely. By default 0.",
    ),
  junk: share
    .optional()
    .describe(
      "Share of cycles, 0 to 0.99, in which the lines of an idle channel carry junk, the host's lines of the register port too. By default 0.",
    ),
  readyAfterValid: z
    .boolean({ error: "must be true or false" })
    .optional()
    .describe(
      "READY rises only after VALID: a device that waits for READY waits for ever. By default READY may be there before.",
    ),
  stallLimit: z
    .int({ error: "must be a number of cycles from 0 to 4294967295" })
    .min(0)
    .max(0xffff_ffff)
    .optional()
    .describe(
      "Cycles that a transfer may wait for the device before that is reported as a stall (`E_STALL`); 0: for ever. By default 4096, and more where latencies are long or stalls are many.",
    ),
  maximumWindows: z
    .int({ error: "must be a number of windows, 0 or more" })
    .min(0)
    .optional()
    .describe(
      "Most windows that are open at a time, one for each element of a list and each common buffer; more are refused, as by an IOMMU without room, and the routine returns STATUS_INSUFFICIENT_RESOURCES. By default any number.",
    ),
});

export const shape: Shape<SimulatorSettings> = {
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
  harness: harnessSchema.optional().describe("How host memory and the bus behave; ideal by default."),
  interrupts: oneOf("interrupts", "level", "message")
    .optional()
    .describe(
      "`level`: the host sees that the line is high. `message`: only that it rises, as with MSI or a pulse. By default `level`.",
    ),
  signals: z
    .array(text, { error: "must be a list of patterns" })
    .optional()
    .describe(
      "Signals that the build keeps for `link.signals`, such as `device.h2c_channel.busy`; `*` stands for anything but a dot, `**` for anything. By default none.",
    ),
  device: deviceSchema.optional().describe("A device of your own; by default hilt's DMA controller."),
};
