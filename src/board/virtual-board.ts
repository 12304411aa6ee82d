import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startModelProcess } from "../engine/verilator/model-process.ts";
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
  /** How long it may take until it runs: by default 30 s. */
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
  const process = await startModelProcess(program, {
    ...{ words, isDetached, limitMs: options.limitMs },
    endError: (how, cause) => new VirtualBoardError(name, how, cause),
    silenceError: (what) => new BoardStandsStillError(name, what),
  });
  return { ...process, port, control };
}
