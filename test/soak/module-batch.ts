import type { Circuit, Steps } from "./icarus.ts";

const prefix = (index: number): string => `m${index}_`;

/** Circuits side by side in one top, for an engine whose builds are dear; their ports get a number in front. */
export function batchOf(circuits: readonly Circuit[]): Circuit {
  const renamed = <T extends { readonly name: string }>(ports: readonly T[], index: number): T[] =>
    ports.map((port) => ({ ...port, name: `${prefix(index)}${port.name}` }));
  const inputs = circuits.flatMap((circuit, index) => renamed(circuit.inputs, index));
  const outputs = circuits.flatMap((circuit, index) => renamed(circuit.outputs, index));
  const instances = circuits.map((circuit, index) => {
    const ports = [...circuit.inputs, ...circuit.outputs];
    const connections = ports.map(({ name }) => `.${name}(${prefix(index)}${name})`);
    return `m${index} u${index}(.clk(clk), ${connections.join(", ")});`;
  });
  const declared = [
    "input clk",
    ...inputs.map(({ name, width, signed }) => `input ${signed ? "signed " : ""}[${width - 1}:0] ${name}`),
    ...outputs.map(({ name, width }) => `output [${width - 1}:0] ${name}`),
  ];
  const own = (text: string, index: number): string => text.replaceAll(/\btop(?=\b|_)/g, `m${index}`);
  const written = ({ name, text }: { name: string; text: string }, index: number) => ({
    ...{ name: own(name, index), text: own(text, index) },
  });
  return {
    inputs,
    outputs,
    text: `module top(${declared.join(", ")});\n${instances.join("\n")}\nendmodule\n`,
    parts: circuits.map(({ text }, index) => written({ name: "top.v", text }, index)),
    headers: circuits.flatMap(({ headers = [] }, index) => headers.map((each) => written(each, index))),
    defines: [...new Set(circuits.flatMap(({ defines = [] }) => defines))],
    files: [...new Set(circuits.flatMap(({ files = [] }) => files))],
    includeDirectories: [...new Set(circuits.flatMap(({ includeDirectories = [] }) => includeDirectories))],
  };
}

/** Each circuit sees what it would see alone. */
export function batchSteps(each: readonly Steps[]): Steps {
  const [first = []] = each;
  return first.map((_values, cycle) => each.flatMap((steps) => steps[cycle] as readonly bigint[]));
}

/** Which circuit of a batch has this output. */
export function indexInBatch(output: string): number {
  return Number(/^m(\d+)_/.exec(output)?.[1]);
}
