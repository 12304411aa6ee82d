import { errorKinds, errorStages } from "./codes.ts";
import { layouts } from "./descriptors.ts";
import { registersMarkdown } from "./markdown.ts";
import { protocolRules } from "./protocol-rules.ts";
import { blocks, MAGIC, REGISTER_SPACE_BYTES, VERSION } from "./registers.ts";

/**
 * Every file that is generated from this room, by its path from the repository root. `npm run generate` writes them;
 * a test regenerates and compares.
 */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["rtl/dma/dma_spec.vh", dmaHeader()],
    ["sim/harness/hilt_harness_protocol_rules.vh", rulesHeader()],
    ["docs/registers.md", registersMarkdown()],
  ]);
}

type Define = readonly [name: string, value: string];

function dmaHeader(): string {
  const defines: Define[] = [
    ["MAGIC", verilogHex(MAGIC, 32)],
    ["VERSION", verilogHex(VERSION, 32)],
    ["REGISTER_SPACE_BYTES", String(REGISTER_SPACE_BYTES)],
  ];
  for (const block of blocks) {
    for (const [instance, base] of Object.entries(block.instances)) {
      defines.push([`BASE_${instance.toUpperCase()}`, verilogHex(base, 12)]);
    }
    for (const register of block.registers) {
      const name = `${block.name}_${register.name}`;
      defines.push([name, verilogHex(register.offset, 12)]);
      for (const field of register.fields ?? []) {
        defines.push(
          [`${name}_${field.name}_LSB`, String(field.lsb)],
          [`${name}_${field.name}_W`, String(field.width)],
        );
      }
    }
  }
  for (const layout of layouts) {
    defines.push([`${layout.name}_BYTES`, String(layout.sizeBytes)]);
    for (const member of layout.members) {
      const name = `${layout.name}_${member.name}`;
      defines.push(
        [`${name}_LSB`, String(8 * member.offset + member.lsb)],
        [`${name}_W`, String(member.width)],
      );
    }
  }
  for (const kind of errorKinds) defines.push([`ERROR_${kind.name}`, `4'd${kind.value}`]);
  for (const stage of errorStages) defines.push([`STAGE_${stage.name}`, `2'd${stage.value}`]);
  return header("DMA_SPEC", "the register map, descriptors and codes of the controller", defines);
}

function rulesHeader(): string {
  const defines = protocolRules.map((rule): Define => [`RULE_${rule.name}`, String(rule.bit)]);
  return header("PROTOCOL_RULES", "the bits of the protocol rules in an event record", defines);
}

function header(guard: string, what: string, defines: readonly Define[]): string {
  const width = Math.max(...defines.map(([name]) => name.length));
  const lines = defines.map(([name, value]) => `\`define HILT_${name.padEnd(width)} ${value}`);
  return [
    `// Generated from src/spec by "npm run generate": ${what}. Do not edit.`,
    `\`ifndef HILT_${guard}_VH`,
    `\`define HILT_${guard}_VH`,
    "",
    ...lines,
    "",
    "`endif",
    "",
  ].join("\n");
}

function verilogHex(value: number, bits: number): string {
  return `${bits}'h${value.toString(16)}`;
}
