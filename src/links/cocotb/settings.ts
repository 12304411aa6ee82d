import { z } from "zod";
import type { Traits } from "../../bus/traits.ts";
import { type DeviceSettings, deviceSchema } from "../device-settings.ts";
import type { DeviceSource } from "../device-source.ts";
import { oneOf, type Shape, text } from "../schema-terms.ts";
import { type HarnessSettings, harnessSchema } from "../simulator/settings.ts";

/** The settings of a target with `link: "cocotb"`, as a configuration has them. */
export interface CocotbSettings {
  /** As cocotb's runner calls it. */
  readonly simulator: SimulatorName;
  /** A virtual environment, or an interpreter; by default `python3` on the PATH. */
  readonly python?: string | undefined;
  /** Path of the command of Verilator; by default the one on the PATH. */
  readonly verilator?: string | undefined;
  /** What is round the device. By default `harness`. */
  readonly host?: "harness" | "cocotbext-axi" | undefined;
  /** How a test gets a fresh device: a simulator of its own, or the reset of the one that runs. By default `reset`. */
  readonly fresh?: "restart" | "reset" | undefined;
  /** Python modules of the user's whose `main(top)` runs in the simulator beside each test; found from the working folder. */
  readonly modules?: readonly string[] | undefined;
  /** Wall time without a sign of life of the simulator, in seconds. By default 20. */
  readonly stallSeconds?: number | undefined;
  readonly harness?: HarnessSettings | undefined;
  readonly interrupts?: Traits["interrupts"] | undefined;
  /** The device; by default our own, with the Verilog of this installation. */
  readonly device?: DeviceSettings | undefined;
}

/** What the link gets of it. */
export interface CocotbTarget extends Omit<CocotbSettings, "device"> {
  readonly device?: DeviceSource | undefined;
}

export type SimulatorName = (typeof simulators)[number];

const simulators = [
  ...(["icarus", "verilator", "ghdl", "nvc"] as const),
  ...(["questa", "riviera", "xcelium", "vcs", "dsim"] as const),
] as const;

export const shape: Shape<CocotbSettings> = {
  simulator: oneOf("simulator", ...simulators).describe(
    "What computes the RTL, as cocotb's runner calls it: `icarus`, `verilator`, `questa`, `riviera`, `xcelium`, `vcs`, `dsim`, and for devices in VHDL `ghdl` and `nvc`.",
  ),
  python: text
    .min(1)
    .optional()
    .describe(
      "The virtual environment that has cocotb, or a Python interpreter. By default `python3` on the PATH.",
    ),
  verilator: text
    .min(1)
    .optional()
    .describe(
      "Path of the command of Verilator, for the simulator `verilator`. By default the one on the PATH.",
    ),
  host: oneOf("host", "harness", "cocotbext-axi")
    .optional()
    .describe(
      "What is round the device: hilt's harness, with the same cycles as on every engine (the default), or the models of `cocotbext-axi` on the device's own ports, found by its table.",
    ),
  fresh: oneOf("way to a fresh device", "restart", "reset")
    .optional()
    .describe(
      "How a test gets a fresh device: `reset` of the simulator that runs (the default), or `restart`, a simulator of its own.",
    ),
  modules: z
    .array(text.regex(/^[A-Za-z_][\w.]*$/, { error: "must be a name of a Python module" }), {
      error: "must be a list of names of Python modules",
    })
    .optional()
    .describe(
      "Python modules of your own, found from the working folder: the coroutine `main(top)` of each runs in the simulator beside each test, and its failure is the test's. By default none.",
    ),
  stallSeconds: z
    .number({ error: "must be a number of seconds, from 0.001 to 86400" })
    .min(0.001)
    .max(86_400)
    .optional()
    .describe("Seconds without a sign of life after which the simulator is ended. By default 20."),
  harness: harnessSchema.optional().describe("How host memory and the bus behave; ideal by default."),
  interrupts: oneOf("interrupts", "level", "message")
    .optional()
    .describe(
      "`level`: the host sees that the line is high. `message`: only that it rises, as with MSI or a pulse. By default `level`.",
    ),
  device: deviceSchema.optional().describe("A device of your own; by default hilt's DMA controller."),
};
