import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ToolError } from "../engine/errors.ts";
import { parameterLiteral } from "../engine/parameter-literal.ts";
import { interruptTools, runTool } from "../engine/run-tool.ts";
import type { Board } from "./board.ts";
import { BitstreamError } from "./errors.ts";
import { flows, flowTools } from "./flows.ts";
import type { BoardDesign } from "./virtual-source.ts";

export interface Bitstream {
  /** The file that the board's `load` takes. */
  readonly file: string;
  /** What place and route says of each kind of cell. */
  readonly utilisation: readonly {
    readonly what: string;
    readonly used: number;
    readonly available: number;
  }[];
  /** The greatest frequency of the board's clock, as the timing analysis has it, in Hz. */
  readonly maximumHz: number;
}

/** CPU time of each tool. */
const LIMIT_SECONDS = 3600;

/**
 * Synthesis, place and route, and packing, with the tools of the FPGA's family; what each of them prints stands in
 * `directory`, beside the bitstream. Rejects with `ToolError` for a tool that is not there, and with `BitstreamError`
 * for a design that does not fit, or is too slow for its clock; when `signal` is aborted the tools end, with
 * `InterruptedError`.
 */
export async function buildBitstream(
  board: Board,
  design: BoardDesign,
  directory: string,
  signal: AbortSignal,
): Promise<Bitstream> {
  signal.addEventListener("abort", interruptTools, { once: true });
  // Before anything is computed.
  const flow = flows[board.fpga.family];
  const [synthesiser, placer, packer] = flowTools(board.fpga.family).map(({ name, path }) => {
    if (path === undefined) throw new ToolError(`${name} is not on the PATH: ${flow.remedy}`);
    return path;
  }) as [string, string, string];
  mkdirSync(directory, { recursive: true });
  const place = (name: string): string => join(directory, name);
  const run = async (name: string, command: string, args: readonly string[]): Promise<string> => {
    const limit = { limitSeconds: LIMIT_SECONDS, work: `the bitstream of ${board.name}` };
    const { status, stdout, stderr } = await runTool({ name, command, args, cwd: directory, ...limit });
    writeFileSync(place(`${name}.log`), `${stdout}${stderr}`);
    if (status !== 0) throw new BitstreamError(board.name, name, reasonIn(`${stdout}\n${stderr}`));
    return `${stdout}${stderr}`;
  };
  writeFileSync(place("synthesis.ys"), synthesisScript(design, flow.synthesis, directory));
  await run("yosys", synthesiser, ["-q", "-s", "synthesis.ys"]);
  // The tools of PyPI see another folder in the place of /tmp: what they read is where they run.
  copyFileSync(join(board.folder, board.constraints), place(board.constraints));
  const designArgs = flow.designArgs(board, board.constraints);
  // Placement of what does not fit may take hours to say so.
  refuseTooLarge(board, utilisationIn(await run("nextpnr", placer, [...designArgs, "--pack-only"])));
  const report = await run("nextpnr", placer, [...designArgs, ...flow.placedArgs]);
  await run("pack", packer, flow.packArgs);
  const maximumHz = frequencyIn(report);
  if (maximumHz < board.clock.hz)
    throw new BitstreamError(
      board.name,
      "nextpnr",
      `the clock may have ${(maximumHz / 1e6).toFixed(2)} MHz, and has ${board.clock.hz / 1e6} MHz`,
    );
  return { file: place(flow.bitstream), utilisation: utilisationIn(report), maximumHz };
}

function refuseTooLarge(board: Board, utilisation: Bitstream["utilisation"]): void {
  const lacking = utilisation.find(({ used, available }) => used > available);
  if (lacking === undefined) return;
  const { what, used, available } = lacking;
  throw new BitstreamError(
    board.name,
    "nextpnr",
    `the design needs ${used} ${what}, and the FPGA has ${available}`,
  );
}

/**
 * The script of Yosys, which splits a folder for `include` at spaces: each folder has a link in `directory`, where the
 * tools run.
 */
function synthesisScript(
  { top, files, includeDirectories, parameters }: BoardDesign,
  command: string,
  directory: string,
): string {
  const links = new Map<string, string>();
  const linkTo = (folder: string): string => {
    const name = links.get(folder) ?? `folder${links.size}`;
    links.set(folder, name);
    return name;
  };
  const includes = includeDirectories.map((folder) => `-I${linkTo(folder)}`);
  const sources = files.map((file) => `"${linkTo(dirname(file))}/${basename(file)}"`);
  for (const [folder, name] of links) {
    rmSync(join(directory, name), { force: true });
    symlinkSync(folder, join(directory, name));
  }
  const values = Object.entries(parameters).map(
    ([name, value]) => `-chparam ${name} ${parameterLiteral(value)}`,
  );
  return [
    `read_verilog -defer ${[...includes, ...sources].join(" ")}`,
    `hierarchy -check -top ${top} ${values.join(" ")}`,
    `${command} -top ${top} -json design.json`,
    "",
  ].join("\n");
}

/** The last line that speaks of an error. */
function reasonIn(output: string): string {
  const lines = output.split("\n").filter((line) => /error/i.test(line));
  return (lines.find((line) => /^ERROR/.test(line)) ?? lines.at(-1) ?? "no reason given").replace(
    /^ERROR: /,
    "",
  );
}

/** Place and route prints it after placement and again after routing, which counts. */
function frequencyIn(report: string): number {
  const [last] = [...report.matchAll(/Max frequency for clock .*?: ([\d.]+) MHz/g)].slice(-1);
  return last === undefined ? 0 : Number(last[1]) * 1e6;
}

function utilisationIn(report: string): Bitstream["utilisation"] {
  const rows = [...report.matchAll(/^Info:\s+(\w+):\s+(\d+)\/\s*(\d+)\s+\d+%$/gm)];
  const all = new Map(
    rows.map(([, what = "", used, available]) => [
      what,
      { what, used: Number(used), available: Number(available) },
    ]),
  );
  return [...all.values()].filter(({ used }) => used > 0);
}
