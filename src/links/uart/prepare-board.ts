import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockBoard } from "../../board/board-lock.ts";
import { type FoundBoard, findBoard } from "../../board/find-board.ts";
import { BOARDS } from "../../board/own-boards.ts";
import { boardPlaces, isRunning } from "../../board/running-board.ts";
import { attachedPort, lastingName } from "../../board/usb-ports.ts";
import { boardDesign } from "../board-design.ts";
import type { Preparation, PrepareOptions } from "../link-kind.ts";
import type { Resolved } from "../registry.ts";
import { usefulSignalsOfBoard } from "../signal-groups.ts";
import { type StartedBoard, startOnBoard } from "../start-board.ts";
import { SerialPortError, UartSettingsError } from "./errors.ts";
import type { PortSettings, UartSettings } from "./settings.ts";

export type BoardSettings = Resolved<UartSettings>;

/** What a worker needs of the board. */
export type PreparedBoard = Pick<PortSettings, "port" | "control" | "baudRate" | "buildHash" | "waves">;

/**
 * The board of a run: found, locked, and started where it is a virtual one that does not run. Throws `UartSettingsError`,
 * `UnknownBoardError`, `BoardLockedError`, and `SerialPortError` for a board that is not plugged in.
 */
export async function prepareBoard(
  target: string,
  settings: BoardSettings,
  run: PrepareOptions,
): Promise<Preparation<PreparedBoard>> {
  const { board: name, port } = settings;
  if (name === undefined) return withoutBoard(target, settings);
  const found = findBoard(name, run.boards ?? [BOARDS]);
  if (found.isVirtual && port !== undefined)
    throw new UartSettingsError(target, `board ${name} is a simulation, which has a port of its own`);
  checkWaves(target, run.waves);
  // One of `hilt boards start` has our own controller in it, and records nothing.
  const isOther = settings.device !== undefined || run.waves !== undefined;
  const isPrivate = found.isVirtual && (isOther || !(await isRunning(name)));
  if (isPrivate) return await startedBoard(name, found, settings, run);
  return await presentBoard(target, name, found, settings, run);
}

/** A board in wall time has no cycle that is known before. */
function checkWaves(target: string, { from }: NonNullable<PrepareOptions["waves"]> = {}): void {
  if (from !== undefined)
    throw new UartSettingsError(
      target,
      "a virtual board records each test from its beginning: no --waves-from",
    );
}

/** Nothing is known but the port. */
function withoutBoard(
  target: string,
  { port, buildHash, device }: BoardSettings,
): Preparation<PreparedBoard> {
  if (port === undefined) throw new UartSettingsError(target, "has neither a board nor a port");
  if (buildHash === "current" || device !== undefined) {
    const key = device === undefined ? 'buildHash "current"' : "a device";
    throw new UartSettingsError(target, `${key} needs a board, which says what it is built of`);
  }
  return lockedPort(port, port, { port, buildHash });
}

/** A board of this machine, or a virtual one that somebody has started. */
async function presentBoard(
  target: string,
  name: string,
  { board, isVirtual }: FoundBoard,
  { port: given, buildHash, device, baudRate = board.uart.baud }: BoardSettings,
  { cacheDirectory }: PrepareOptions,
): Promise<Preparation<PreparedBoard>> {
  const attached = isVirtual || given !== undefined ? undefined : attachedPort(board);
  const found = attached === undefined ? given : lastingName(attached);
  const places = isVirtual ? boardPlaces(name) : { port: found, control: undefined };
  const { port, control } = places;
  if (port === undefined)
    throw new SerialPortError(`${target}: no serial port is that of a ${board.title}, the board ${name}`);
  const wanted =
    buildHash === "current"
      ? boardDesign(board, device, join(cacheDirectory, "boards")).buildHash
      : buildHash;
  // A virtual board is one of this user's: others may have one of the same name.
  const directory = isVirtual ? boardPlaces(name).folder : undefined;
  return lockedPort(name, port, { port, control, baudRate, buildHash: wanted }, directory);
}

/** For as long as the run takes. */
function lockedPort(
  id: string,
  port: string,
  prepared: PreparedBoard,
  directory?: string,
): Preparation<PreparedBoard> {
  const place = directory === undefined ? {} : { directory };
  const lock = lockBoard(id, { command: commandLine(), ...deviceOf(port), ...place });
  return {
    ...{ prepared, sources: [], warnings: [] },
    [Symbol.asyncDispose]: async () => lock[Symbol.dispose](),
  };
}

/** A virtual board for this run alone. */
async function startedBoard(
  name: string,
  { board }: FoundBoard,
  { device, line = "bits", buildHash, baudRate = board.uart.baud }: BoardSettings,
  { cacheDirectory, log, waves }: PrepareOptions,
): Promise<Preparation<PreparedBoard>> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-board-"));
  let started: StartedBoard;
  try {
    started = await startOnBoard({
      ...{ name, board, device, mode: line, folder, seed: 1n, cacheDirectory, log },
      waves: waves !== undefined,
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const { port, control, design, model } = started;
  // The tests see that the port is gone; why, nobody else says.
  started.lost.catch((error: Error) => log.error(error.message));
  const wanted = buildHash === "current" ? design.buildHash : buildHash;
  return {
    prepared: { port, control, baudRate, buildHash: wanted, waves: patternsOf(waves) },
    sources: [...design.files, board.folder],
    warnings: model.warnings,
    build: model,
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function patternsOf(waves: PrepareOptions["waves"]): readonly string[] | undefined {
  return waves === undefined ? undefined : (waves.patterns ?? usefulSignalsOfBoard);
}

function commandLine(): string {
  return ["hilt", ...process.argv.slice(2)].join(" ");
}

/** Other programs lock a serial port by the name of its device, a terminal of a simulation never. */
function deviceOf(port: string): { device?: string } {
  try {
    const device = realpathSync(port);
    return device.startsWith("/dev/tty") ? { device } : {};
  } catch {
    // It is reported when it is opened.
    return {};
  }
}
