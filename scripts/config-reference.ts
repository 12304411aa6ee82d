/** `docs/config.md`: the keys of `hilt.config.ts`, from the schema that checks it. */
import { z } from "zod";
import { configSchema } from "../src/config/schema.ts";
import {
  anyElements,
  DEFAULT_PROFILE,
  type ElementLimits,
  platformProfiles,
} from "../src/memory/platform-profile.ts";

/** What is used of JSON Schema. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
}

type Section = readonly [path: string, schema: Schema];

export async function configMarkdown(): Promise<string> {
  const schema = z.toJSONSchema(await configSchema(), { unrepresentable: "any", io: "input" }) as Schema;
  return [
    "# hilt.config.ts",
    "",
    '<!-- Generated from src/config/schema.ts and the settings of each link by "npm run generate". Do not edit. -->',
    "",
    "The nearest `hilt.config.ts`, `hilt.config.js` or `hilt.config.mjs` at or above the working folder; its folder is the",
    "project's. Without one, everything has its default. Keys that are not here are errors (`E_CONFIG`), named with their place.",
    "",
    "```ts",
    'import { defineConfig } from "hilt/config";',
    "",
    "export default defineConfig({",
    '  benches: ["benches"],',
    "  targets: {",
    '    wasm: { link: "simulator", engine: "wasm" },',
    '    slow: { link: "simulator", engine: "wasm", harness: { readLatency: [20, 60], stalls: 0.4 } },',
    "  },",
    '  profiles: { small: { banks: [{ base: 0x1000_0000, bytes: 1 << 20 }], fragmentation: "contiguous" } },',
    "});",
    "```",
    "",
    ...merged(sectionsOf("", schema)).flatMap(([title, section]) => sectionMarkdown(title, section)),
    ...profilesMarkdown(),
  ].join("\n");
}

/** The object itself, then those in it. */
function sectionsOf(path: string, schema: Schema): Section[] {
  const { properties = {} } = schema;
  const inner = Object.entries(properties).flatMap(([key, value]) => {
    const place = path === "" ? key : `${path}.${key}`;
    if (value.properties !== undefined) return sectionsOf(place, value);
    const { additionalProperties: each, items } = value;
    if (typeof each === "object" && each.oneOf !== undefined)
      return each.oneOf.flatMap((one) => sectionsOf(`${place}.<name>`, one));
    if (typeof each === "object" && each.properties !== undefined) return sectionsOf(`${place}.<name>`, each);
    if (typeof items === "object" && items.properties !== undefined) return sectionsOf(`${place}[]`, items);
    return [];
  });
  return [[path, schema], ...inner];
}

/** Objects of the same keys are told once. */
function merged(sections: readonly Section[]): Section[] {
  const byKeys = new Map<string, [string, Schema]>();
  for (const [path, schema] of sections) {
    const keys = JSON.stringify(schema.properties);
    const title = path === "" ? "The configuration" : `\`${path}\``;
    const known = byKeys.get(keys);
    if (known === undefined) byKeys.set(keys, [title, schema]);
    else known[0] += ` and ${title}`;
  }
  return [...byKeys.values()];
}

function sectionMarkdown(title: string, { properties = {}, required = [] }: Schema): string[] {
  return [
    `## ${title}`,
    "",
    "| key | value | |",
    "|---|---|---|",
    ...Object.entries(properties).map(([key, schema]) => {
      const name = required.includes(key) ? `\`${key}\` (needed)` : `\`${key}\``;
      return `| ${name} | ${wordFor(schema)} | ${schema.description ?? ""} |`;
    }),
    "",
  ];
}

function wordFor(schema: Schema): string {
  const { type, anyOf, items, prefixItems, additionalProperties: each } = schema;
  if (anyOf !== undefined) return [...new Set(anyOf.map(wordFor))].join(" or ");
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${JSON.stringify(one)}\``).join(", ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (prefixItems !== undefined) return `[${prefixItems.map(wordFor).join(", ")}]`;
  if (typeof items === "object")
    return `list of ${items.properties === undefined ? wordFor(items) : "objects"}`;
  if (type === "object" && typeof each === "object")
    return `object of ${(each.properties ?? each.oneOf) === undefined ? wordFor(each) : "objects"} by name`;
  if (typeof type === "object") return type.map((one) => wordFor({ type: one })).join(" or ");
  const words: Readonly<Record<string, string>> = {
    ...{ string: "text", integer: "number", number: "number", boolean: "`true`, `false`", null: "`null`" },
    object: "object",
  };
  // What JSON has no word for is a BigInt.
  return type === undefined ? "BigInt" : (words[type] ?? type);
}

function elementsOf({ scatterGatherLimit, elementBytes, elementBoundary }: ElementLimits): string {
  if (scatterGatherLimit === anyElements.scatterGatherLimit) return "any";
  return `${scatterGatherLimit}, of ${elementBytes} bytes at most, none across a multiple of ${elementBoundary}`;
}

function profilesMarkdown(): string[] {
  return [
    "## The profiles that every project has",
    "",
    "| profile | RAM | fragmentation | pageBytes | deviceAddressBits | bounces | logicalAddresses | mapRegisters | elements |",
    "|---|---|---|---|---|---|---|---|---|",
    ...Object.entries(platformProfiles).map(([name, profile]) => {
      const banks = profile.banks.map(
        ({ base, bytes }) => `${bytes / 2 ** 20} MiB at 0x${base.toString(16)}`,
      );
      const { fragmentation, pageBytes, deviceAddressBits, bounces, logicalAddresses, mapRegisters } =
        profile;
      const dma = [deviceAddressBits, bounces, logicalAddresses, mapRegisters, elementsOf(profile)];
      const title = name === DEFAULT_PROFILE ? `\`${name}\` (default)` : `\`${name}\``;
      return `| ${[title, banks.join(", "), fragmentation, pageBytes, ...dma].join(" | ")} |`;
    }),
    "",
    "The simulator has room for banks of 16 MiB at most, which begin at multiples of 16 MiB.",
    "",
  ];
}
