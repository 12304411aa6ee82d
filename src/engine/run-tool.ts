import { spawn } from "node:child_process";
import { ToolError } from "./errors.ts";

export interface ToolRun {
  /** For messages, such as `Yosys`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly limitMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from its standard input. */
  readonly input?: string;
}

export interface ToolResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Rejects with `ToolError` when it cannot be started or does not end in time. */
export function runTool({
  name,
  command,
  args,
  limitMs,
  cwd,
  env,
  input = "",
}: ToolRun): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], cwd, env });
    const output = { stdout: "", stderr: "" };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new ToolError(`${name} did not end within ${limitMs / 1000} s`));
    }, limitMs);
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        output[stream] += text;
      });
    }
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(new ToolError(`cannot start ${name}: ${cause.message}`, { cause }));
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ status, ...output });
    });
    // A child that dies early closes its input; its exit code says more than the broken pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
