import { type ChildProcess, spawn } from "node:child_process";
import { InterruptedError, ToolError, ToolLimitError } from "./errors.ts";
import { cpuSecondsOf, processTree } from "./process-tree.ts";

export interface ToolLimit {
  /** CPU time that it may take with the processes that it starts; where that cannot be measured, wall time. */
  readonly limitSeconds: number;
  /** What it works on, for the message of a limit that is met: how large it is, and where the limit is set. */
  readonly work: string;
}

export interface ToolRun extends ToolLimit {
  /** For messages, such as `Yosys`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from its standard input. */
  readonly input?: string;
}

export interface ToolResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const POLL_MS = 250;
/** A tool that takes less than a second of CPU time in so much wall time waits for something that does not come. */
const IDLE_SECONDS = 300;

const running = new Set<ChildProcess>();
let isInterrupted = false;

process.on("exit", () => {
  for (const child of running) kill(child);
});

/** Ends the tools of this process, which then reject with `InterruptedError`, as those that are asked for later. */
export function interruptTools(): void {
  isInterrupted = true;
  for (const child of running) kill(child);
}

/**
 * Runs a program to its end. Rejects with `ToolError` when it cannot be started, sits idle or is killed, with `ToolLimitError`
 * when it meets its limit, and with `InterruptedError`. It has a process group of its own: Ctrl-C reaches it through this
 * process alone, and with it end those that it has started.
 */
export function runTool({
  name,
  command,
  args,
  limitSeconds,
  work,
  cwd,
  env,
  input = "",
}: ToolRun): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    if (isInterrupted) throw new InterruptedError(name);
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], cwd, env, detached: true });
    running.add(child);
    const output = { stdout: "", stderr: "" };
    const unwatch = watch(child, limitSeconds, (isIdle) =>
      reject(
        isIdle
          ? new ToolError(`${name} sat idle for ${IDLE_SECONDS} s, with ${work}`)
          : new ToolLimitError(name, limitSeconds, work),
      ),
    );
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        output[stream] += text;
      });
    }
    child.on("error", (cause) => {
      unwatch();
      running.delete(child);
      reject(new ToolError(`cannot start ${name}: ${cause.message}`, { cause }));
    });
    child.on("close", (status, signal) => {
      unwatch();
      running.delete(child);
      if (isInterrupted) reject(new InterruptedError(name));
      else if (status === null) reject(new ToolError(`${name} was ended by ${signal}`));
      else resolve({ status, ...output });
    });
    // A child that dies early closes its input; its exit code says more than the broken pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** Ends the child, and all that it has started, when it meets its limit or sits idle. Returns what ends the watch. */
function watch(child: ChildProcess, limitSeconds: number, onEnd: (isIdle: boolean) => void): () => void {
  const { pid } = child;
  if (pid === undefined) return () => {};
  const start = performance.now();
  let busy = { cpu: 0, wall: 0 };
  const timer = setInterval(() => {
    const wall = (performance.now() - start) / 1000;
    const cpu = cpuSecondsOf(processTree(pid)) ?? wall;
    if (cpu >= busy.cpu + 1) busy = { cpu, wall };
    const isIdle = wall - busy.wall > IDLE_SECONDS;
    if (cpu < limitSeconds && !isIdle) return;
    clearInterval(timer);
    kill(child);
    onEnd(isIdle);
  }, POLL_MS);
  return () => clearInterval(timer);
}

function kill(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
