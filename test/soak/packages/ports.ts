import { spawnSync } from "node:child_process";
import { vpiOptions } from "../vpi.ts";
import type { Design } from "./library.ts";

export interface DesignPort {
  readonly direction: "input" | "output" | "inout";
  readonly width: number;
  readonly name: string;
}

/** Icarus Verilog cannot compile it. */
export class UnknownToIcarusError extends Error {}

const LIMIT_MS = 20_000;

/** The ports of a design as Icarus Verilog elaborates it; its program is left in `program`. */
export function portsOf(design: Design, program: string): DesignPort[] {
  const language = design.files.some((path) => path.endsWith(".sv")) ? "-g2012" : "-g2005";
  const includes = design.includeDirectories.map((directory) => `-I${directory}`);
  call("iverilog", [language, "-s", design.name, "-o", program, ...includes, ...design.files]);
  const listed = call("vvp", ["-n", ...vpiOptions(), program, "+list-ports"]);
  return [...listed.matchAll(/^port (input|output|inout) (\d+) (\S+)$/gm)].map(
    ([, direction, width, name = ""]) => ({
      direction: direction as DesignPort["direction"],
      width: Number(width),
      name,
    }),
  );
}

function call(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: LIMIT_MS,
    maxBuffer: 2 ** 26,
  });
  if (error !== undefined) throw error;
  if (status === 0) return stdout;
  const lines = stderr.split("\n").filter((text) => /error|sorry|Unknown|assert/i.test(text));
  throw new UnknownToIcarusError((lines[0] ?? stderr).trim());
}
