import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelSource } from "../../../src/engine/engine.ts";
import type { PortRecording } from "./port-recording.ts";

/** The first words of a memory of the module as hexadecimal digits: at the beginning, and at the end, where a z is not compared. */
export interface ReplayedMemory {
  readonly path: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface Replay {
  /** Of the module; its parameters are those of the instance. */
  readonly source: ModelSource;
  readonly recording: PortRecording;
  /** The bits of each port that mean something, for each row. Of inputs, all others are X. */
  readonly meaning: readonly (readonly bigint[])[];
  readonly memories?: readonly ReplayedMemory[];
}

/**
 * Gives a module in Icarus Verilog, whose registers begin as X, the inputs of a recording, with X for whatever means
 * nothing. Undefined when all outputs that mean something are as they were recorded; otherwise the first that is not.
 */
export function replayInIcarus(folder: string, replay: Replay): string | undefined {
  const { source, recording, meaning, memories = [] } = replay;
  mkdirSync(folder, { recursive: true });
  const sides = (["input", "output"] as const).map((direction) => {
    const chosen = [...recording.ports.entries()].filter(([, port]) => port.direction === direction);
    const unknown = direction === "input" ? "x" : "z";
    const lines = recording.rows.map((row, at) =>
      chosen.map(([index, { width }]) =>
        digits(row[index] as bigint, (meaning[at] as readonly bigint[])[index] as bigint, width, unknown),
      ),
    );
    write(
      folder,
      direction,
      lines.map((line) => line.join("")),
    );
    return { ports: chosen.map(([, port]) => port), lines };
  });
  for (const [index, { before }] of memories.entries()) write(folder, `before-${index}`, before);
  writeFileSync(join(folder, "replay.v"), testBench(replay));
  const includes = (source.includeDirectories ?? []).map((directory) => `-I${directory}`);
  const compiled = join(folder, "replay.vvp");
  tool(folder, "iverilog", [
    "-g2005",
    "-s",
    "replay",
    "-o",
    compiled,
    ...includes,
    ...source.files,
    "replay.v",
  ]);
  const said = tool(folder, "vvp", ["-n", compiled]);
  const [, row, found] = /^differs in row (\d+): (\w+)$/m.exec(said) ?? [];
  const outputs = sides[1] as (typeof sides)[number];
  if (row !== undefined) return difference(Number(row), found as string, outputs);
  if (!said.includes(`all ${recording.rows.length} rows`)) throw new Error(`the replay did not end: ${said}`);
  return memories
    .map((memory, index) => memoryDifference(folder, memory, index))
    .find((text) => text !== undefined);
}

/** Each port has whole hexadecimal digits. */
const fieldBits = (width: number): number => Math.ceil(width / 4) * 4;

function digits(value: bigint, known: bigint, width: number, unknown: string): string {
  const length = fieldBits(width) / 4;
  const text = value.toString(16).padStart(length, "0");
  const bits = known.toString(16).padStart(length, "0");
  return [...text].map((digit, at) => (bits[at] === "0" ? unknown : digit)).join("");
}

function testBench({ source, recording: { ports, rows }, memories = [] }: Replay): string {
  const [inputs, outputs] = ["input", "output"].map((way) =>
    ports.filter(({ direction }) => direction === way),
  );
  const bits = (side: typeof inputs): number =>
    (side ?? []).reduce((sum, { width }) => sum + fieldBits(width), 0);
  let top = bits(inputs);
  const pins = (inputs ?? []).map(({ name, width }) => {
    top -= fieldBits(width);
    return `.${name}(in[${top} +: ${width}])`;
  });
  const fields = (outputs ?? []).map(({ name }) => `${name}_field`);
  return `module replay;
  reg ${source.clock} = 0;
  reg [${bits(inputs) - 1}:0] in;
  reg [${bits(inputs) - 1}:0] inputs [0:${rows.length - 1}];
  reg [${bits(outputs) - 1}:0] outputs [0:${rows.length - 1}];
${(outputs ?? []).map(({ name, width }) => `  wire [${width - 1}:0] ${name};\n  wire [${fieldBits(width) - 1}:0] ${name}_field = ${name};`).join("\n")}
  wire [${bits(outputs) - 1}:0] found = {${fields.join(", ")}};
  ${source.top} #(${Object.entries(source.parameters ?? {})
    .map(([name, value]) => `.${name}(${value})`)
    .join(", ")}) device (
    .${source.clock}(${source.clock}), ${pins.join(", ")},
    ${(outputs ?? []).map(({ name }) => `.${name}(${name})`).join(", ")});
  integer row;
  initial begin
    $readmemh("input.hex", inputs);
    $readmemh("output.hex", outputs);
${memories.map(({ path, before }, index) => `    $readmemh("before-${index}.hex", device.${path}, 0, ${before.length - 1});`).join("\n")}
    for (row = 0; row < ${rows.length}; row = row + 1) begin
      in = inputs[row];
      #1;
      casez (found)
        outputs[row]: ;
        default: begin
          $display("differs in row %0d: %h", row, found);
          $finish;
          #1;
        end
      endcase
      ${source.clock} = 1;
      #1 ${source.clock} = 0;
    end
${memories.map(({ path, after }, index) => `    $writememh("after-${index}.hex", device.${path}, 0, ${after.length - 1});`).join("\n")}
    $display("all %0d rows", row);
    $finish;
  end
endmodule
`;
}

function difference(
  row: number,
  found: string,
  { ports, lines }: { ports: readonly { name: string; width: number }[]; lines: readonly string[][] },
): string {
  let at = 0;
  const wrong = ports.flatMap(({ name, width }, index) => {
    const length = fieldBits(width) / 4;
    const own = found.slice(at, at + length);
    at += length;
    const expected = (lines[row] as string[])[index] as string;
    return isEqual(expected, own) ? [] : [`${name} is ${own}, expected ${expected}`];
  });
  return `in cycle ${row}: ${wrong.join(", ")}`;
}

/** A z stands for any digit. */
function isEqual(expected: string, found = ""): boolean {
  return [...expected].every((digit, at) => digit === "z" || digit === found[at]);
}

function memoryDifference(
  folder: string,
  { path, after }: ReplayedMemory,
  index: number,
): string | undefined {
  const found = readFileSync(join(folder, `after-${index}.hex`), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("//"));
  const at = after.findIndex((word, place) => !isEqual(word, found[place]));
  return at < 0 ? undefined : `at the end ${path}[${at}] is ${found[at]}, expected ${after[at]}`;
}

function write(folder: string, name: string, lines: readonly string[]): void {
  writeFileSync(join(folder, `${name}.hex`), `${lines.join("\n")}\n`);
}

function tool(folder: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
