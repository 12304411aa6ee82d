import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../src/core/random.ts";
import { WasmEngine } from "../../src/engine/wasm-engine.ts";

export interface Input {
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
}

export interface Circuit {
  readonly inputs: readonly Input[];
  readonly outputs: readonly { readonly name: string; readonly width: number }[];
  readonly text: string;
}

/** What came of a comparison: the values that Icarus knew, and the first that differs. */
export interface Comparison {
  readonly compared: number;
  readonly difference: string | undefined;
}

/** The value of an input in a cycle; extremes come often. */
export function stimulus(random: Random, bits: number): bigint {
  const kind = random.integer(0, 5);
  const all = (1n << BigInt(bits)) - 1n;
  if (kind === 0) return 0n;
  if (kind === 1) return all;
  if (kind === 2) return 1n << BigInt(bits - 1);
  if (kind === 3) return BigInt(random.integer(0, 70)) & all;
  let value = 0n;
  for (let low = 0; low < bits; low += 64) value |= random.uint64() << BigInt(low);
  return value & all;
}

/**
 * Gives a circuit the same random inputs in the built-in engine and in Icarus Verilog, cycle by cycle. Outputs that
 * Icarus does not know (x) are not compared. Files are left in `folder` under `name`.
 */
export async function compareWithIcarus(
  name: string,
  made: Circuit,
  random: Random,
  { folder, cycles }: { readonly folder: string; readonly cycles: number },
): Promise<Comparison> {
  const file = join(folder, `${name}.v`);
  writeFileSync(file, made.text);
  const steps = Array.from({ length: cycles }, () =>
    made.inputs.map((input) => stimulus(random, input.width)),
  );
  const source = { top: "top", files: [file], clock: "clk" };
  const model = await new WasmEngine({ cacheDirectory: join(folder, "cache") }).build(source);
  const simulation = model.open();
  const found = steps.map((values) => {
    for (const [index, input] of made.inputs.entries())
      simulation.port(input.name).write(values[index] as bigint);
    simulation.run(0);
    const before = made.outputs.map((output) => simulation.port(output.name).readBig());
    simulation.run(1);
    return before;
  });
  const reference = runIcarus({ ...made, prefix: file.replace(/v$/, ""), files: [file], top: "top" }, steps);
  if (reference.length !== cycles) throw new Error(`Icarus gave ${reference.length} of ${cycles} cycles`);
  let compared = 0;
  for (const [cycle, row] of reference.entries()) {
    for (const [index, text] of row.entries()) {
      if (/[xz]/i.test(text)) continue;
      compared++;
      const own = found[cycle]?.[index];
      if (own === BigInt(`0x${text}`)) continue;
      const inputs = steps[cycle]?.map((value) => value.toString(16)).join(" ");
      const difference = `${made.outputs[index]?.name} in cycle ${cycle} is ${own?.toString(16)}, in Icarus ${text}; inputs ${inputs}\n${made.text}`;
      return { compared, difference };
    }
  }
  return { compared, difference: undefined };
}

/** What Icarus Verilog simulates: a module with the clock `clk`. */
export interface IcarusDesign {
  /** Path of the files that are left, without their extensions. */
  readonly prefix: string;
  readonly files: readonly string[];
  readonly includeDirectories?: readonly string[];
  readonly top: string;
  readonly parameters?: Readonly<Record<string, number>>;
  /** Statements before the first cycle; the module is `t`. */
  readonly prepare?: string;
  readonly inputs: readonly Input[];
  readonly outputs: readonly { readonly name: string; readonly width: number }[];
}

/** The outputs before each clock edge in hexadecimal, after the inputs of `steps` were set. */
export function runIcarus(made: IcarusDesign, steps: readonly (readonly bigint[])[]): string[][] {
  const bench = `${made.prefix}bench.v`;
  const stimuli = `${made.prefix}hex`;
  const total = made.inputs.reduce((sum, input) => sum + input.width, 0);
  const concatenation = `{${made.inputs.map((input) => input.name).join(", ")}}`;
  const lines = steps.map((values) =>
    values
      .reduce((sum, value, index) => (sum << BigInt(made.inputs[index]?.width as number)) | value, 0n)
      .toString(16),
  );
  writeFileSync(stimuli, lines.join("\n"));
  const declared = [
    ...made.inputs.map(
      ({ name: input, width: bits, signed }) => `reg ${signed ? "signed " : ""}[${bits - 1}:0] ${input};`,
    ),
    ...made.outputs.map(({ name: output, width: bits }) => `wire [${bits - 1}:0] ${output};`),
  ];
  const connections = [
    "clk",
    ...made.inputs.map((each) => each.name),
    ...made.outputs.map((each) => each.name),
  ];
  const overridden = Object.entries(made.parameters ?? {}).map(([name, value]) => `.${name}(${value})`);
  const parameters = overridden.length === 0 ? "" : `#(${overridden.join(", ")}) `;
  const format = made.outputs.map(() => "%h").join(" ");
  writeFileSync(
    bench,
    `module bench; reg clk = 0; ${declared.join(" ")}
reg [${total - 1}:0] steps [0:${steps.length - 1}]; integer k;
${made.top} ${parameters}t(${connections.map((each) => `.${each}(${each})`).join(", ")});
initial begin $readmemh("${stimuli}", steps); #0 ; ${made.prepare ?? ""}
for (k = 0; k < ${steps.length}; k = k + 1) begin ${concatenation} = steps[k]; #1
$display("${format}", ${made.outputs.map((each) => each.name).join(", ")}); clk = 1; #1 clk = 0; #1; end
$finish; end endmodule\n`,
  );
  const run = (command: string, args: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout;
  };
  const includes = (made.includeDirectories ?? []).map((directory) => `-I${directory}`);
  run("iverilog", ["-g2005", "-s", "bench", "-o", `${bench}vp`, ...includes, bench, ...made.files]);
  return run("vvp", ["-n", `${bench}vp`])
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
}
