import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import type { Engine } from "../../../src/engine/engine.ts";
import { type Circuit, type Input, playIcarus } from "../../soak/icarus.ts";
import { batchOf } from "../../soak/module-batch.ts";

export const FOLDER = resolve("test/constructs");

/** A small module with what its comments say is to come of it. */
export interface Construct {
  readonly name: string;
  readonly file: string;
  readonly circuit: Circuit;
  /** Values of each input, cycle by cycle. */
  readonly steps: readonly (readonly bigint[])[];
  /** What the built-in engine says in its refusal, and of which line. */
  readonly refused: { readonly words: string; readonly line: number } | undefined;
  /** Ends the simulation, or is not Verilog-2005: built on its own. */
  readonly isAlone: boolean;
  /** `all`, or what only one engine does. */
  readonly expected: ReadonlyMap<string, Outcome>;
}

/** Each output before each edge, in hexadecimal (`x`: any value), and what the design says. */
export interface Outcome {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly says: readonly string[];
}

export function readConstructs(): Construct[] {
  return readdirSync(FOLDER)
    .filter((file) => /\.s?v$/.test(file))
    .map(readConstruct);
}

function readConstruct(file: string): Construct {
  const text = readFileSync(join(FOLDER, file), "utf8");
  const { inputs, outputs } = portsOf(text);
  const given = assignments(/^\/\/ steps: (.*)$/m.exec(text)?.[1] ?? "");
  const count = Math.max(...[...given.values()].map((values) => values.length));
  const lines = text.split("\n");
  const refusedLine = lines.findIndex((line) => line.includes("// refused: "));
  return {
    name: file.slice(0, -extname(file).length),
    file: join(FOLDER, file),
    circuit: {
      inputs,
      outputs,
      text: text.replaceAll('"constructs.hex"', `"${join(FOLDER, "constructs.hex")}"`),
    },
    steps: Array.from({ length: count }, (_, cycle) =>
      inputs.map(({ name }) => BigInt(`0x${given.get(name)?.[cycle] as string}`)),
    ),
    refused:
      refusedLine < 0
        ? undefined
        : { words: (lines[refusedLine] as string).split("// refused: ")[1] as string, line: refusedLine + 1 },
    isAlone: /^\/\/ alone$/m.test(text),
    expected: expectedOf(text),
  };
}

function expectedOf(text: string): Map<string, Outcome> {
  const outcomes = new Map<string, { values: Map<string, readonly string[]>; says: string[] }>();
  for (const [, kind, engine = "all", rest = ""] of text.matchAll(
    /^\/\/ (expect|says)(?: ([\w-]+))?: (.*)$/gm,
  )) {
    const outcome = outcomes.get(engine) ?? { values: new Map<string, string[]>(), says: [] as string[] };
    outcomes.set(engine, outcome);
    if (kind === "says") outcome.says.push(rest);
    else for (const [name, values] of assignments(rest)) outcome.values.set(name, values);
  }
  return outcomes;
}

/** `a = 1 2 3, b = 0 1 0` */
function assignments(text: string): Map<string, string[]> {
  return new Map(
    text.split(", ").map((each) => {
      const [name = "", values = ""] = each.split(" = ");
      return [name.trim(), values.trim().split(/\s+/)];
    }),
  );
}

function portsOf(text: string): { inputs: Input[]; outputs: { name: string; width: number }[] } {
  const list = /module\s+top\s*\(([^)]*)\)/.exec(text)?.[1] ?? "";
  const inputs: Input[] = [];
  const outputs: { name: string; width: number }[] = [];
  let [direction, width, signed] = ["", 1, false];
  for (const port of list.split(",")) {
    const match = /^\s*(input|output)?\s*(?:reg)?\s*(signed)?\s*(?:\[(\d+):(\d+)\])?\s*(\w+)\s*$/.exec(port);
    if (match === null) throw new Error(`the port ${port} is not understood`);
    if (match[1] !== undefined) {
      direction = match[1];
      width = match[3] === undefined ? 1 : Number(match[3]) - Number(match[4]) + 1;
      signed = match[2] !== undefined;
    }
    const name = match[5] as string;
    if (direction === "output") outputs.push({ name, width });
    else if (name !== "clk") inputs.push({ name, width, signed });
  }
  return { inputs, outputs };
}

/** Several constructs side by side in one build; each sees what it would see alone, its last values for longer. */
export async function playTogether(
  constructs: readonly Construct[],
  play: (made: Circuit, steps: readonly (readonly bigint[])[]) => Promise<Played>,
): Promise<Map<Construct, Outcome>> {
  const circuits = constructs.map(({ circuit }, index) => ({
    ...circuit,
    text: circuit.text.replace(/\btop\b/g, `m${index}`),
  }));
  const cycles = Math.max(...constructs.map(({ steps }) => steps.length));
  const steps = Array.from({ length: cycles }, (_, cycle) =>
    constructs.flatMap((each) => each.steps[Math.min(cycle, each.steps.length - 1)] as readonly bigint[]),
  );
  const { inputs, outputs: ports, text: top, parts = [] } = batchOf(circuits);
  const text = [top, ...parts.map((part) => part.text)].join("");
  const { rows, says } = await play({ inputs, outputs: ports, text }, steps);
  let first = 0;
  return new Map(
    constructs.map((construct) => {
      const outputs = construct.circuit.outputs;
      const from = first;
      first += outputs.length;
      const values = new Map(
        outputs.map(({ name }, index) => [
          name,
          construct.steps.map((_, cycle) => rows[cycle]?.[from + index] as string),
        ]),
      );
      const own = says.filter((text) => text.startsWith(`${construct.name}: `));
      return [
        construct,
        { values, says: own.map((text) => text.replace(/\b(?:top|bench\.t)(?:\.u\d+)?\b/, "top")) },
      ];
    }),
  );
}

/** Outputs before each edge, and what was said. */
export interface Played {
  readonly rows: readonly (readonly string[])[];
  readonly says: readonly string[];
}

export async function playOn(
  engine: Engine,
  file: string,
  made: Circuit,
  steps: readonly (readonly bigint[])[],
): Promise<Played> {
  writeFileSync(file, made.text);
  const model = await engine.build({ top: "top", files: [file], clock: "clk" });
  const says: string[] = [];
  const simulation = model.open({ onMessage: ({ text }) => says.push(...text.trim().split("\n")) });
  const rows = steps.map((values) => {
    for (const [index, { name }] of made.inputs.entries())
      simulation.port(name).write(values[index] as bigint);
    simulation.run(0);
    const before = made.outputs.map(({ name }) => simulation.port(name).readBig().toString(16));
    simulation.run(1);
    return before;
  });
  simulation.close();
  return { rows, says };
}

export async function playOnIcarus(
  file: string,
  made: Circuit,
  steps: readonly (readonly bigint[])[],
): Promise<Played> {
  writeFileSync(file, made.text);
  const design = { ...made, prefix: file.replace(/v$/, ""), files: [file], top: "top" };
  const { rows, says } = playIcarus(design, steps);
  if (rows.length !== steps.length) throw new Error(`Icarus gave ${rows.length} of ${steps.length} cycles`);
  return {
    rows: rows.map((row) => row.map((bits) => (/[xz]/i.test(bits) ? "x" : BigInt(`0b${bits}`).toString(16)))),
    says: says.map((line) => line.trim().replace(/\s+/g, " ")),
  };
}
