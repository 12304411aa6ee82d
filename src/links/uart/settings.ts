import { z } from "zod";
import type { LineMode } from "../../board/virtual-source.ts";
import type { Traits } from "../../bus/traits.ts";
import { type DeviceSettings, deviceSchema } from "../device-settings.ts";
import { oneOf, type Shape, text } from "../schema-terms.ts";

/** The settings of a target with `link: "uart"`, as a configuration has them: a board, a port, or both. */
export interface UartSettings extends Omit<PortSettings, "port" | "control" | "buildHash" | "waves"> {
  /** By its name in `hilt boards`. A virtual board is started by the target, unless `hilt boards start` has. */
  readonly board?: string | undefined;
  /** The serial port; by default that of the board, where it is plugged in. */
  readonly port?: string | undefined;
  /** What the board must have been built of, as it says itself; `current`: of the sources as they are now. By default any. */
  readonly buildHash?: number | "current" | undefined;
  /** Of a virtual board that the target starts. By default `bits`. */
  readonly line?: LineMode | undefined;
  /** `message`: the host sees that the line rises, never that it is high, as with MSI. By default `level`. */
  readonly interrupts?: Traits["interrupts"] | undefined;
  /** What the board has in it; by default our own controller. */
  readonly device?: DeviceSettings | undefined;
}

/** A serial port, and what is expected behind it. */
export interface PortSettings {
  /** As `/dev/ttyUSB0` or a name below `/dev/serial/by-id`. */
  readonly port: string;
  /** Of a virtual board: the socket of its control channel. */
  readonly control?: string | undefined;
  /** Of a virtual board that was started to record waves: patterns of the signals, below `hilt_board`. */
  readonly waves?: readonly string[] | undefined;
  /** Bits per second. By default the board's, or 3,000,000. */
  readonly baudRate?: number | undefined;
  readonly buildHash?: number | undefined;
  /** Milliseconds in which a board that is plugged in again is taken up where it was. By default 3000. */
  readonly replugMs?: number | undefined;
}

export const shape: Shape<UartSettings> = {
  board: text
    .min(1)
    .optional()
    .describe(
      "The board, by its name in `hilt boards`. A virtual one is started by the target, unless `hilt boards start` has.",
    ),
  port: text
    .min(1)
    .optional()
    .describe(
      "The serial port, as `/dev/ttyUSB0` or a name below `/dev/serial/by-id`. By default that of the board, where it is plugged in.",
    ),
  line: oneOf("kind of line", "bits", "bytes")
    .optional()
    .describe(
      "Of a virtual board that the target starts: bit by bit (the default), or faster with a byte in each cycle.",
    ),
  device: deviceSchema
    .optional()
    .describe("What the board has in it; by default the DMA controller that comes with hilt."),
  baudRate: z
    .int({ error: "must be a rate from 1200 to 12000000" })
    .min(1200)
    .max(12_000_000)
    .optional()
    .describe("Bits per second. By default the board's, or 3000000."),
  buildHash: z
    .union([z.literal("current"), z.int().min(0).max(0xffff_ffff)], {
      error: 'must be a number of 32 bits, or "current"',
    })
    .optional()
    .describe(
      'The build that the board must have; "current": that of the sources as they are now. By default any.',
    ),
  interrupts: oneOf("kind of interrupt", "level", "message")
    .optional()
    .describe(
      '"message": the host sees that the line rises, never that it is high, as with MSI. By default "level".',
    ),
  replugMs: z
    .int({ error: "must be milliseconds from 0 to 600000" })
    .min(0)
    .max(600_000)
    .optional()
    .describe(
      "Milliseconds in which a board that is plugged in again is taken up where it was. By default 3000.",
    ),
};
