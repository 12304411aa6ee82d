import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BoardStandsStillError, VirtualBoardError } from "./errors.ts";
import { LINE_DIVIDER } from "./virtual-source.ts";

/** What a virtual board is made of, and where it shows itself. */
export interface VirtualBoardOptions {
  readonly name: string;
  /** The program of sim/verilator/board, and the library of the model of the board's top in `hilt_virtual_board`. */
  readonly program: string;
  readonly model: string;
  /** A folder of its own, below which the terminal and the control channel are found; short: a socket's path has 107 bytes. */
  readonly folder: string;
  /** What is undefined in the design at power-up. */
  readonly seed: bigint;
  /** Cycles of the board that count as a millisecond of its line. */
  readonly cyclesPerMs: number;
  /** The board lives on when this process has ended; otherwise it ends with it, however that ends. */
  readonly isDetached?: boolean;
  /** How long it may take until it runs: by default 30 s, most of it for a machine that is busy. */
  readonly limitMs?: number;
}

/** A board in a process of its own. Its terminal is opened like a serial port. */
export interface VirtualBoard extends AsyncDisposable {
  readonly pid: number;
  /** A link to the terminal: the name stays when the cable is pulled and plugged in again. */
  readonly port: string;
  /** Unix socket of the control channel. */
  readonly control: string;
  /** Rejects when the process ends without having been asked to. */
  readonly lost: Promise<never>;
}

const LIMIT_MS = 30_000;

/** Resolves when the terminal is there. Rejects with `VirtualBoardError`, or `BoardStandsStillError` after `limitMs`. */
export async function startVirtualBoard(options: VirtualBoardOptions): Promise<VirtualBoard> {
  const { name, program, folder, isDetached = false } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [port, control] = [join(folder, "line"), join(folder, "control")];
  const words = [
    ...[`model=${options.model}`, `link=${port}`, `control=${control}`, `name=${name}`],
    ...[`seed=${options.seed}`, `cyclesPerMs=${options.cyclesPerMs}`, `divider=${LINE_DIVIDER}`],
    ...(isDetached ? [] : ["parent=stdin"]),
  ];
  const child = spawn(program, words, {
    stdio: [isDetached ? "ignore" : "pipe", "pipe", "pipe"],
    detached: isDetached,
  });
  const ended = endOf(child, name);
  await Promise.race([firstLine(child, name, options.limitMs ?? LIMIT_MS), ended]);
  if (isDetached) {
    child.unref();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
  let isAsked = false;
  const lost = ended.catch((error: unknown) => {
    if (!isAsked) throw error;
    return new Promise<never>(() => {});
  });
  // Whoever waits for nothing else hears of it by the line.
  lost.catch(() => {});
  return {
    ...{ pid: child.pid as number, port, control, lost },
    async [Symbol.asyncDispose]() {
      isAsked = true;
      child.kill("SIGTERM");
      await ended.catch(() => {});
    },
  };
}

/** Rejects at the end of the process, with what it has said last. */
function endOf(child: ChildProcess, name: string): Promise<never> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-4096);
  });
  return new Promise((_resolve, reject) => {
    child.on("error", (cause) =>
      reject(new VirtualBoardError(name, `cannot be started: ${cause.message}`, { cause })),
    );
    child.on("close", (status, signal) => {
      const how = signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
      const last = said.trim().split("\n").at(-1);
      reject(new VirtualBoardError(name, last ? `${how}: ${last}` : how));
    });
  });
}

function firstLine(child: ChildProcess, name: string, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new BoardStandsStillError(name, `its process has said nothing for ${limitMs / 1000} s`));
    }, limitMs);
    child.once("close", () => clearTimeout(limit));
    child.stdout?.once("data", () => {
      clearTimeout(limit);
      resolve();
    });
  });
}
