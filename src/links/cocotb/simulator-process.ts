import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Channel, openPipes } from "./channel.ts";
import { SimulatorProcessError } from "./errors.ts";
import type { SimulatorStart } from "./prepare-simulation.ts";
import { makeSimulatorFolder } from "./simulator-folder.ts";

/** Lines of its output that an error shows. */
const LAST_LINES = 20;

/** What cocotb says of its own start is not news; its bridge raises the level again. */
const quiet = { COCOTB_LOG_LEVEL: "WARNING", GPI_LOG_LEVEL: "WARNING", COCOTB_REDUCED_LOG_FMT: "1" };

/** Icarus fills the array of host memory when it starts: a quarter of its start is saved with large pages, where the C library is glibc. */
const largePages = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };

/** Nothing of what cocotb loads for tests is needed there. */
const harnessAlone = { PYGPI_USERS: "hilt_cocotb.alone:start" };

/** In which a simulator that was asked to ends. */
const END_MS = 5000;

/** Simulators of this process: none outlives it. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) kill(child);
});

export interface SimulatorProcess {
  readonly pid: number;
  /** To the far end of the control channel. */
  readonly channel: Channel;
  /** Resolves when the process and its output have ended, with how. */
  readonly ended: Promise<string>;
  /** Hears each line of its output from now on. */
  onLine(listener: (line: string) => void): void;
  /** What it has printed last. */
  lastLines(): readonly string[];
  kill(): Promise<void>;
  /** Waits for the end that it was asked for, and ends it when it does not come. */
  end(): Promise<void>;
}

interface StartOptions {
  readonly limitMs: number;
  readonly modules?: readonly string[] | undefined;
}

/**
 * Starts a simulator, and resolves when it has connected. It has a process group of its own, so Ctrl-C reaches it through
 * this process alone. Rejects with `SimulatorProcessError` when it ends before, or has not connected within `limitMs`.
 */
export async function startSimulator(
  name: string,
  start: SimulatorStart,
  { limitMs, modules = [] }: StartOptions,
): Promise<SimulatorProcess> {
  const held = makeSimulatorFolder();
  const folder = held.path;
  const channel = openPipes(folder);
  const [command, ...words] = start.command.map((word) => word.replaceAll(start.folderMark, folder)) as [
    string,
    ...string[],
  ];
  const child = spawn(command, words, {
    env: {
      ...quiet,
      ...largePages,
      ...(start.ports === undefined && modules.length === 0 ? harnessAlone : {}),
      ...process.env,
      ...start.env,
      HILT_COCOTB: folder,
      HILT_COCOTB_HOST: String(process.pid),
      HILT_COCOTB_MODULES: modules.join(","),
      HILT_COCOTB_PORTS: start.ports === undefined ? "" : JSON.stringify(start.ports),
      // What code of the user's prints is there when its test is over.
      PYTHONUNBUFFERED: "1",
      PYTHONPATH: [process.cwd(), start.env["PYTHONPATH"]].join(":"),
      COCOTB_RESULTS_FILE: join(folder, "results.xml"),
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  running.add(child);
  const output = new Output(child);
  const ended = endOf(child).then((how) => {
    running.delete(child);
    kill(child);
    held[Symbol.dispose]();
    // What it has sent last is heard before.
    setImmediate(() => channel.close());
    return how;
  });
  try {
    await connected(channel, ended, limitMs);
    return {
      ...{ pid: child.pid as number, channel, ended },
      onLine: (listener) => output.hear(listener),
      lastLines: () => output.last,
      async kill() {
        channel.close();
        kill(child);
        await ended;
      },
      async end() {
        const limit = setTimeout(() => kill(child), END_MS);
        await ended;
        clearTimeout(limit);
        channel.close();
      },
    };
  } catch (error) {
    channel.close();
    kill(child);
    await ended;
    throw new SimulatorProcessError(name, (error as Error).message, output.last);
  }
}

/** Lines of both streams, in the order in which they come; those that nobody hears yet are kept for the first who does. */
class Output {
  readonly last: string[] = [];
  #early: string[] = [];
  #listener: ((line: string) => void) | undefined;

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface(stream).on("line", (line) => this.#take(line));
  }

  hear(listener: (line: string) => void): void {
    this.#listener = listener;
    for (const line of this.#early.splice(0)) listener(line);
  }

  #take(line: string): void {
    this.last.push(line);
    if (this.last.length > LAST_LINES) this.last.shift();
    if (this.#listener === undefined) this.#early.push(line);
    else this.#listener(line);
  }
}

function connected(channel: Channel, ended: Promise<string>, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Error(`has not connected within ${limitMs / 1000} s: it was ended`)),
      limitMs,
    );
    channel.ready.then(() => {
      clearTimeout(limit);
      resolve();
    }, reject);
    ended.then((how) => {
      clearTimeout(limit);
      reject(new Error(`${how} before it had connected`));
    }, reject);
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(`cannot be started: ${error.message}`));
    child.on("close", (status, signal) =>
      resolve(signal === null ? `ended with status ${status}` : `was ended by ${signal}`),
    );
  });
}

/** With all that it has started. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}
