import fc from "fast-check";
import type { Circuit, Input } from "./icarus.ts";
import { rangeOf, type Signal, textOf } from "./random-expression.ts";
import { type Item, item, itemText, signalOf, width } from "./random-item.ts";

/** A small Verilog module as data, which fast-check can make smaller. */
export interface RandomModule {
  readonly seed: number;
  /** How its file is written. */
  readonly form: "plain" | "byte order mark" | "CRLF" | "header";
  readonly inputs: readonly { readonly width: number; readonly signed: boolean }[];
  readonly items: readonly Item[];
}

export const randomModules: fc.Arbitrary<RandomModule> = fc.record({
  seed: fc.nat({ max: 0x7fff_ffff }),
  form: fc.constantFrom("plain", "plain", "byte order mark", "CRLF", "header"),
  inputs: fc.array(fc.record({ width, signed: fc.boolean() }), { minLength: 1, maxLength: 4 }),
  items: fc.array(item, { minLength: 1, maxLength: 12 }),
});

const plain = (text: string, bits: number): Signal => ({ text, width: bits, isAscending: false, lowest: 0 });

/**
 * The module as a circuit: every item is an output. Items see inputs, registers, and wires that came before them. For
 * Verilator it has nothing that is known to be another there (docs/engine.md).
 */
export function circuitOf({ inputs, items, form }: RandomModule, isVerilator: boolean): Circuit {
  const ports: Input[] = [
    ...inputs.map((input, index) => ({ name: `i${index}`, ...input })),
    { name: "c", width: 1, signed: false },
    { name: "s", width: 3, signed: false },
  ];
  const constants = "localparam ZERO = 0;";
  const header = { name: "headers/top.vh", text: `${constants}\n` };
  const lines = [
    form === "header" ? `\`include "../${header.name}"` : constants,
    "integer k; reg half; initial half = ZERO; always @(posedge clk) half <= ~half;",
  ];
  const visible = ports.map((port) => plain(port.name, port.width));
  // A derived clock rises while the values of the clock that it comes from change; whether logic on them is seen before
  // or after is left open (IEEE 1364-2005, section 11.4.2).
  const steady = [...visible];
  let modules = "";
  for (const [index, each] of items.entries()) {
    const read = each.kind === "divided" ? steady : visible;
    const [a, b] = [each.first, each.second].map((one) => textOf(one, read, isVerilator)) as [string, string];
    const text = itemText(each, index, a, b, isVerilator);
    lines.push(...text.lines);
    modules += text.modules ?? "";
    const signal = signalOf(each, index);
    visible.push(signal);
    if (each.kind === "divided") steady.push(signal);
  }
  const outputs = items.map((each, index) => ({ name: `o${index}`, width: each.width }));
  const declared = [
    "input clk",
    ...ports.map(
      (port) => `input ${port.signed ? "signed " : ""}${rangeOf(plain("", port.width))} ${port.name}`,
    ),
    ...outputs.map((port) => `output ${rangeOf(plain("", port.width))} ${port.name}`),
  ];
  const assigns = items.map((each, index) => `assign o${index} = ${signalOf(each, index).text};`);
  const text = `module top(${declared.join(", ")});\n${[...lines, ...assigns].join("\n")}\nendmodule\n${modules}`;
  return {
    inputs: ports,
    outputs,
    text:
      form === "CRLF" ? text.replaceAll("\n", "\r\n") : form === "byte order mark" ? `\ufeff${text}` : text,
    ...(form === "header" ? { headers: [header] } : {}),
  };
}
