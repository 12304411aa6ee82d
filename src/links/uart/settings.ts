import { z } from "zod";
import type { Traits } from "../../bus/traits.ts";
import { oneOf, type Shape, text } from "../schema-terms.ts";

/** The settings of a target with `link: "uart"`, as a configuration has them. */
export interface UartSettings {
  /** The serial port, as `/dev/ttyUSB0` or a name below `/dev/serial/by-id`. */
  readonly port: string;
  /** Bits per second. By default 3,000,000. */
  readonly baudRate?: number | undefined;
  /** What the board must have been built of, as it says itself; by default any. */
  readonly buildHash?: number | undefined;
  /** `message`: the host sees that the line rises, never that it is high, as with MSI. By default `level`. */
  readonly interrupts?: Traits["interrupts"] | undefined;
  /** Milliseconds in which a board that is plugged in again is taken up where it was. By default 3000. */
  readonly replugMs?: number | undefined;
}

export const shape: Shape<UartSettings> = {
  port: text.min(1).describe("The serial port, as `/dev/ttyUSB0` or a name below `/dev/serial/by-id`."),
  baudRate: z
    .int({ error: "must be a rate from 1200 to 12000000" })
    .min(1200)
    .max(12_000_000)
    .optional()
    .describe("Bits per second. By default 3000000."),
  buildHash: z
    .int({ error: "must be a number of 32 bits" })
    .min(0)
    .max(0xffff_ffff)
    .optional()
    .describe("The build that the board must have, as `hilt boards build` prints it. By default any."),
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
