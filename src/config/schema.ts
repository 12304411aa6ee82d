import { z } from "zod";
import { type LinkName, links } from "../links/registry.ts";
import { keys, oneOf, text } from "../links/schema-terms.ts";
import type { Config, TargetConfig } from "./config.ts";

/**
 * What a configuration may say. It checks `hilt.config.ts`, and `docs/config.md` is made from it: the descriptions are
 * the reference.
 */

/** The schema of a target: its link decides its other keys. */
async function targetSchema(): Promise<z.ZodType<TargetConfig>> {
  const names = Object.keys(links) as LinkName[];
  const options = await Promise.all(
    names.map(async (link) => {
      const { shape } = await links[link].settings();
      return keys({
        link: z.literal(link).describe("How the device is reached; it decides the other keys."),
        ...shape,
      });
    }),
  );
  const [first, ...others] = options;
  return z.discriminatedUnion("link", [first as (typeof options)[0], ...others], {
    error: ({ code, input }) =>
      code === "invalid_union"
        ? `${String((input as { link?: unknown }).link)} is no link; there is ${names.map((one) => `"${one}"`).join(", ")}`
        : "must be an object",
  }) as z.ZodType<TargetConfig>;
}

/** A number of something. What it may be beside is checked with the rest of its profile. */
const limit = (of: string) => z.int({ error: `must be a number of ${of}` }).optional();

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
    .describe("RAM by physical address, one to four pieces; neighbours are one."),
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
  bounces: oneOf("bounces", "out-of-reach", "everything")
    .optional()
    .describe("What goes through pages of its own: what the device cannot reach, or everything."),
  logicalAddresses: oneOf("logicalAddresses", "physical", "shuffled")
    .optional()
    .describe(
      "`physical`: a device's addresses are those of memory; `shuffled`: others, in an order that the seed decides, as with an IOMMU.",
    ),
  mapRegisters: z
    .int({ error: "must be a count" })
    .min(2)
    .optional()
    .describe("Pages that can be mapped at a time, over all adapters."),
  scatterGatherLimit: limit("elements").describe(
    "Most elements of one transfer. `getDmaAdapterInfo` says it; longer lists are refused, maps are shortened.",
  ),
  elementBytes: limit("bytes").describe("Most bytes of an element."),
  elementBoundary: limit("bytes").describe(
    "No element crosses a multiple of these bytes, a power of two. By default 4 GiB; with more, an element may go on after 4 GiB, where banks on both sides are neighbours.",
  ),
  dmaAlignment: limit("bytes").describe(
    "Bytes of which the address of each element must be a multiple, a power of two up to 4096. `getDmaAlignment` says it; what breaks it is a finding.",
  ),
  minimumTransferUnit: limit("bytes").describe(
    "Bytes of which the length of each element must be a multiple, as for `dmaAlignment`. `getDmaAdapterInfo` says it.",
  ),
});

export async function configSchema(): Promise<z.ZodType<Config>> {
  const target = await targetSchema();
  return keys({
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
}
