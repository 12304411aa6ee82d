import { z } from "zod";
import { type Board, divider256 } from "./board.ts";

/** What a `board.yaml` may say. Each message says what a value must be. */

/** An object whose unknown keys are errors that list the known ones. */
function keys<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code }) => (code === "unrecognized_keys" ? `unknown; there is ${names}` : "must be an object"),
  });
}

const text: z.ZodString = z.string({ error: "must be text" }).min(1, { error: "must not be empty" });
/** Text of a form; one message for whatever is not of it. */
const form = (pattern: RegExp, error: string): z.ZodString => z.string({ error }).regex(pattern, { error });
const port: z.ZodString = form(/^[A-Za-z_]\w*$/, "must be the name of a port");
const usbId: z.ZodString = form(/^[0-9a-f]{4}$/, 'must be four hexadecimal digits in quotes, as "0403"');
const rate = (what: string, most: number) => {
  const error = `must be a whole number of ${what}, from 1 to ${most}`;
  return z.int({ error }).min(1, { error }).max(most, { error });
};

export const boardSchema: z.ZodType<Omit<Board, "name" | "folder">> = keys({
  title: text,
  fpga: keys({
    family: z.enum(["ecp5", "ice40"], { error: 'must be "ecp5" or "ice40"' }),
    device: text,
    package: text,
  }),
  clock: keys({ port, hz: rate("Hz", 160_000_000) }),
  uart: keys({ receive: port, transmit: port, baud: rate("baud", 40_000_000) }),
  device: z.record(
    form(/^[A-Za-z_]\w*$/, "must be the name of a parameter"),
    z.int({ error: "must be a whole number" }),
    { error: "must be an object of parameters of the controller" },
  ),
  usb: z.array(
    keys({
      vendor: usbId,
      product: usbId,
      interface: z
        .int({ error: "must be the number of a channel, from 0 on" })
        .min(0, { error: "must be the number of a channel, from 0 on" })
        .optional(),
    }),
    { error: "must be a list of { vendor, product }" },
  ),
  constraints: form(/^[^/]+$/, "must be the name of a file beside board.yaml"),
  load: z
    .array(text, { error: "must be a list of words" })
    .min(1, { error: "must be a list of words" })
    .refine((words) => words.some((word) => word.includes("{bitstream}")), {
      error: "must have {bitstream} in one of its words",
    }),
}).superRefine((board, context) => {
  try {
    divider256(board);
  } catch (error) {
    context.addIssue({ code: "custom", path: ["uart", "baud"], message: (error as Error).message });
  }
});
