import { z } from "zod";

/** What the schemas of settings are made of. Each message says what a value must be. */

/** An object whose unknown keys are errors that list the known ones. */
export function keys<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code }) => (code === "unrecognized_keys" ? `unknown; there is ${names}` : "must be an object"),
  });
}

export function oneOf<T extends string>(what: string, ...values: readonly [T, ...T[]]) {
  return z.enum(values, {
    error: ({ input }) =>
      `${String(input)} is no ${what}; there is ${values.map((one) => `"${one}"`).join(", ")}`,
  });
}

export const text: z.ZodString = z.string({ error: "must be text" });
export const verilogName: z.ZodString = text.regex(/^[A-Za-z_][\w$]*$/, {
  error: "must be a name of Verilog",
});
export const truth: z.ZodBoolean = z.boolean({ error: "must be true or false" });

/** The schema of each setting of a link: all of `S`, and nothing else. */
export type Shape<S> = { readonly [K in keyof S]-?: z.ZodType<S[K]> };
