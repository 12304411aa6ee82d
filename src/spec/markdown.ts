import { hex } from "../core/hex.ts";
import { type Code, errorKinds, errorStages } from "./codes.ts";
import { type Layout, layouts } from "./descriptors.ts";
import { type Block, blocks, type Field, REGISTER_SPACE_BYTES, type Register } from "./registers.ts";

/** `docs/registers.md`: the programmer's reference of the controller. */
export function registersMarkdown(): string {
  return [
    "# Registers, descriptors and codes of the DMA controller",
    "",
    '<!-- Generated from src/spec by "npm run generate". Do not edit. -->',
    "",
    `Registers are 32 bits wide and take ${hex(REGISTER_SPACE_BYTES)} bytes of address space. No read has a side effect.`,
    "Access: `ro` read-only, `rw` read and write, `wo` write-only (reads zero), `w1c` write 1 to clear.",
    "",
    ...blocks.flatMap(blockMarkdown),
    ...layouts.flatMap(layoutMarkdown),
    ...codesMarkdown("Error kinds", "`ERROR.KIND` and a completion's `STATUS`.", errorKinds),
    ...codesMarkdown("Error stages", "`ERROR.STAGE` and a completion's `STAGE`.", errorStages),
  ].join("\n");
}

function blockMarkdown(block: Block): string[] {
  const places = Object.entries(block.instances).map(([name, base]) => `\`${name}\` at ${hex(base, 3)}`);
  return [
    `## ${block.name}: ${places.join(", ")}`,
    "",
    block.doc,
    "",
    "| offset | register | access | reset | |",
    "|---|---|---|---|---|",
    ...block.registers.map(registerRow),
    "",
    ...block.registers.flatMap(fieldsMarkdown),
  ];
}

function registerRow(register: Register): string {
  const reset = register.reset === undefined ? "build" : hex(register.reset, 8);
  return `| ${hex(register.offset, 2)} | ${register.name} | ${register.access} | ${register.access === "wo" ? "" : reset} | ${register.doc} |`;
}

function fieldsMarkdown(register: Register): string[] {
  if (register.fields === undefined) return [];
  return [
    `### ${register.name}`,
    "",
    "| bits | field | |",
    "|---|---|---|",
    ...register.fields.map((field) => `| ${bits(field)} | ${field.name} | ${field.doc} |`),
    "",
  ];
}

function bits(field: Pick<Field, "lsb" | "width">): string {
  return field.width === 1 ? String(field.lsb) : `${field.lsb + field.width - 1}:${field.lsb}`;
}

function layoutMarkdown(layout: Layout): string[] {
  return [
    `## ${layout.name}: ${layout.sizeBytes} bytes`,
    "",
    layout.doc,
    "",
    "| byte | bits | member | |",
    "|---|---|---|---|",
    ...layout.members.map((m) => `| ${m.offset} | ${bits(m)} | ${m.name} | ${m.doc} |`),
    "",
  ];
}

function codesMarkdown(title: string, doc: string, codes: readonly Code[]): string[] {
  return [
    `## ${title}`,
    "",
    doc,
    "",
    "| value | name | |",
    "|---|---|---|",
    ...codes.map((code) => `| ${code.value} | ${code.name} | ${code.doc} |`),
    "",
  ];
}
