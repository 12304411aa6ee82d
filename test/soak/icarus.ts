import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../../src/core/random.ts";
import type { Engine, OpenOptions } from "../../src/engine/engine.ts";
import { WasmEngine } from "../../src/engine/wasm-engine.ts";
import { vpiOptions } from "./vpi.ts";

export interface Input {
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
  /** It is 0 before the first cycle; any other input is not known then, and its first value may be an edge. */
  readonly isClock?: boolean;
}

export interface Circuit {
  readonly inputs: readonly Input[];
  readonly outputs: readonly { readonly name: string; readonly width: number }[];
  /** With the module `top`. */
  readonly text: string;
  /** More sources, and headers, to be written beside it. */
  readonly parts?: readonly Written[];
  readonly headers?: readonly Written[];
  /** More sources that are there. */
  readonly files?: readonly string[];
  readonly includeDirectories?: readonly string[];
  /** Macros, without values. */
  readonly defines?: readonly string[];
}

interface Written {
  readonly name: string;
  readonly text: string;
}

/** What came of a comparison: the values that Icarus knew, and the first that differs. */
export interface Comparison {
  readonly compared: number;
  readonly difference: string | undefined;
  /** The output that differs. */
  readonly output?: string;
}

interface ComparisonOptions {
  readonly folder: string;
  readonly engines?: readonly Engine[];
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

/** For each cycle a value for each input. */
export type Steps = readonly (readonly bigint[])[];

export function randomSteps({ inputs }: Circuit, random: Random, cycles: number): Steps {
  return Array.from({ length: cycles }, () => inputs.map((input) => stimulus(random, input.width)));
}

/** For each cycle the value of each output before the edge. */
export type Rows = readonly (readonly bigint[])[];

export interface KnownValue {
  readonly value: bigint;
  /** The bits that are 0 or 1. */
  readonly known: bigint;
}

export type KnownRows = readonly (readonly KnownValue[])[];

/**
 * Gives a circuit the same inputs in Icarus Verilog and in engines, by default the built-in one, cycle by cycle. Outputs
 * that Icarus does not know (x) are not compared. Files are left in `folder` under `name`.
 */
export async function compareWithIcarus(
  name: string,
  made: Circuit,
  steps: Steps,
  { folder, engines = [new WasmEngine({ cacheDirectory: join(folder, "cache") })] }: ComparisonOptions,
): Promise<Comparison> {
  const written = writeCircuit(name, made, folder);
  const reference = icarusRows(written, steps);
  let compared = 0;
  for (const engine of engines) {
    const found = await engineRows(engine, written, steps);
    const difference = differenceOf(made, reference, found);
    compared += difference?.before ?? known(reference);
    if (difference === undefined) continue;
    const { output, cycle, expected, own } = difference;
    const inputs = steps[cycle]?.map((value) => value.toString(16)).join(" ");
    const message = `${output} in cycle ${cycle} is ${own} in ${engine.name}, in Icarus ${expected}; inputs ${inputs}\n${made.text}`;
    return { compared, difference: message, output };
  }
  return { compared, difference: undefined };
}

/** Number of values of which Icarus knows a bit. */
export function known(rows: KnownRows): number {
  return rows.reduce((sum, row) => sum + row.filter((value) => value.known !== 0n).length, 0);
}

export interface Difference {
  readonly output: string;
  readonly cycle: number;
  readonly expected: string;
  readonly own: string;
  /** Values compared before it. */
  readonly before: number;
}

/** The first value that is another in `found` in a bit that is known in `reference`. */
export function differenceOf(made: Circuit, reference: KnownRows, found: Rows): Difference | undefined {
  let before = 0;
  for (const [cycle, row] of reference.entries()) {
    for (const [index, expected] of row.entries()) {
      if (expected.known === 0n) continue;
      const own = found[cycle]?.[index] as bigint;
      if ((own & expected.known) === expected.value) {
        before++;
        continue;
      }
      const { name, width } = made.outputs[index] as Circuit["outputs"][number];
      return { output: name, cycle, expected: digitsOf(expected, width), own: own.toString(16), before };
    }
  }
  return undefined;
}

/** In hexadecimal if all is known, otherwise in binary with an x for each bit that is not. */
function digitsOf({ value, known: bits }: KnownValue, width: number): string {
  if (bits === (1n << BigInt(width)) - 1n) return value.toString(16);
  return Array.from({ length: width }, (_, at) => {
    const bit = BigInt(width - 1 - at);
    return (bits >> bit) & 1n ? (value >> bit) & 1n : "x";
  }).join("");
}

/** A circuit in files. */
export interface WrittenCircuit extends Circuit {
  readonly folder: string;
  readonly name: string;
}

/** Writes the files of a circuit; those of Icarus Verilog, which takes no byte order mark, without. */
export function writeCircuit(name: string, made: Circuit, folder: string): WrittenCircuit {
  const own = { name: `${name}.v`, text: made.text };
  for (const { name: file, text } of [...(made.headers ?? []), ...(made.parts ?? []), own]) {
    for (const [place, content] of [
      [folder, text],
      [join(folder, "icarus"), text.replace(/^\ufeff/, "")],
    ] as const) {
      mkdirSync(dirname(join(place, file)), { recursive: true });
      writeFileSync(join(place, file), content);
    }
  }
  return { ...made, folder, name };
}

function sourcesOf(
  { folder, name, parts = [], headers = [], files = [], includeDirectories = [] }: WrittenCircuit,
  place = folder,
): { files: string[]; includeDirectories: string[] } {
  const written = [...parts.map((part) => part.name), `${name}.v`].map((file) => join(place, file));
  const directories = new Set(headers.map((header) => dirname(join(place, header.name))));
  return { files: [...files, ...written], includeDirectories: [...includeDirectories, ...directories] };
}

/** The rows of Icarus Verilog have the bits that it knows. */
export function icarusRows(
  made: WrittenCircuit,
  steps: Steps,
  options: Pick<IcarusDesign, "isZeroed" | "limitMs"> = {},
): KnownRows {
  const { inputs, outputs, folder, name, defines = [] } = made;
  const place = join(folder, "icarus");
  const design = {
    prefix: join(place, `${name}.`),
    ...sourcesOf(made, place),
    inputs,
    outputs,
    defines,
    top: "top",
  };
  const rows = runIcarus({ ...design, ...options }, steps);
  if (rows.length !== steps.length) throw new Error(`Icarus gave ${rows.length} of ${steps.length} cycles`);
  return rows.map((row) => row.map(knownBits));
}

function knownBits(text: string): KnownValue {
  const bits = (digit: (bit: string) => string): bigint => BigInt(`0b${text.replaceAll(/./g, digit)}`);
  return {
    value: bits((bit) => (bit === "1" ? "1" : "0")),
    known: bits((bit) => (/[01]/.test(bit) ? "1" : "0")),
  };
}

/** What every output is before each edge. */
export async function engineRows(
  engine: Engine,
  made: WrittenCircuit,
  steps: Steps,
  options: OpenOptions = {},
): Promise<Rows> {
  const { inputs, outputs } = made;
  const defines = Object.fromEntries((made.defines ?? []).map((name) => [name, "1"]));
  const model = await engine.build({ top: "top", ...sourcesOf(made), defines, clock: "clk" });
  const simulation = model.open(options);
  try {
    const driven = inputs.map((input) => simulation.port(input.name));
    const seen = outputs.map((output) => simulation.port(output.name));
    return steps.map((values) => {
      for (const [index, input] of driven.entries()) input.write(values[index] as bigint);
      simulation.run(0);
      const before = seen.map((output) => output.readBig());
      simulation.run(1);
      return before;
    });
  } finally {
    simulation.close();
  }
}

/** What Icarus Verilog simulates: a module with the clock `clk`. */
export interface IcarusDesign {
  /** Path of the files that are left, without their extensions. */
  readonly prefix: string;
  readonly files: readonly string[];
  readonly includeDirectories?: readonly string[];
  readonly defines?: readonly string[];
  readonly top: string;
  readonly parameters?: Readonly<Record<string, number>>;
  /** Statements before the first cycle; the module is `t`. */
  readonly prepare?: string;
  /** What has no value at first is 0. */
  readonly isZeroed?: boolean;
  /** Of wall time, for the simulation. */
  readonly limitMs?: number;
  readonly inputs: readonly Input[];
  readonly outputs: readonly { readonly name: string; readonly width: number }[];
}

/** The outputs before each clock edge in binary, after the inputs of `steps` were set. */
export function runIcarus(made: IcarusDesign, steps: readonly (readonly bigint[])[]): string[][] {
  return playIcarus(made, steps).rows;
}

/** The same, and the lines that the design prints. */
export function playIcarus(
  made: IcarusDesign,
  steps: readonly (readonly bigint[])[],
): { rows: string[][]; says: string[] } {
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
      ({ name: input, width: bits, signed, isClock }) =>
        `reg ${signed ? "signed " : ""}[${bits - 1}:0] ${input}${isClock === true ? " = 0" : ""};`,
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
  const format = made.outputs.map(() => "%b").join(" ");
  writeFileSync(
    bench,
    `module bench; reg clk = 0; ${declared.join(" ")}
reg [${total - 1}:0] steps [0:${steps.length - 1}]; integer k;
${made.top} ${parameters}t(${connections.map((each) => `.${each}(${each})`).join(", ")});
initial begin $readmemh("${stimuli}", steps); #0 ; ${made.prepare ?? ""}${made.isZeroed === true ? " $zero_unknown;" : ""}
for (k = 0; k < ${steps.length}; k = k + 1) begin ${concatenation} = steps[k]; #1
$display("${ROW}${format}", ${made.outputs.map((each) => each.name).join(", ")}); clk = 1; #1 clk = 0; #1; end
$finish; end endmodule\n`,
  );
  const includes = (made.includeDirectories ?? []).map((directory) => `-I${directory}`);
  const defines = (made.defines ?? []).map((macro) => `-D${macro}`);
  const language = made.files.some((path) => path.endsWith(".sv")) ? "-g2012" : "-g2005";
  run("iverilog", [
    language,
    "-s",
    "bench",
    "-o",
    `${bench}vp`,
    ...includes,
    ...defines,
    bench,
    ...made.files,
  ]);
  const zeroed = made.isZeroed === true ? vpiOptions() : [];
  const printed = run("vvp", ["-n", ...zeroed, `${bench}vp`], made.limitMs)
    .trim()
    .split("\n");
  const isRow = (line: string): boolean => line.startsWith(ROW);
  return {
    rows: printed.filter(isRow).map((line) => line.slice(ROW.length).trim().split(/\s+/)),
    says: printed.filter((line) => !isRow(line)),
  };
}

/** In front of each line of the bench, for a design may print too. */
const ROW = "row:";
const LIMIT_MS = 60_000;

function run(command: string, args: readonly string[], limitMs = LIMIT_MS): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    timeout: limitMs,
    // vvp ends on SIGTERM after the current event alone, which a division without end is.
    killSignal: "SIGKILL",
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT")
    throw new Error(`${command}: did not end within ${limitMs / 1000} s`);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}
