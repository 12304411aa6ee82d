import { mkdirSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { ControlCode } from "../wire/control-message.ts";
import { encodeUp } from "../wire/encode-message.ts";
import { WIRE_VERSION } from "../wire/identity.ts";
import { BoardStandsStillError } from "./errors.ts";

/** A process that stands still takes connections, and answers nothing. */
const LIMIT_MS = 5000;

/** Where the virtual boards of this user show themselves: short, for a socket's path has 107 bytes. */
export function boardsFolder(): string {
  const { XDG_RUNTIME_DIR: runtime = "" } = process.env;
  // One that is empty or relative counts as none (XDG Base Directory 0.8): it would be another in each folder.
  const place = isAbsolute(runtime) ? runtime : join(tmpdir(), `hilt-${process.getuid?.()}`);
  const folder = join(place, "hilt-boards");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A virtual board that was started for everyone: its terminal and its control channel. */
export function boardPlaces(name: string): { folder: string; port: string; control: string } {
  const folder = join(boardsFolder(), name);
  return { folder, port: join(folder, "line"), control: join(folder, "control") };
}

/**
 * Whether the board answers on its control channel: what is left of a process that was killed does not. Rejects with
 * `BoardStandsStillError` when its process is there and does not answer.
 */
export async function isRunning(name: string): Promise<boolean> {
  return await asks(name, ControlCode.hello, Uint8Array.of(WIRE_VERSION));
}

/** Resolves when the board's process has closed its control channel, the last thing that it does; false when none runs. */
export async function endBoard(name: string): Promise<boolean> {
  if (!(await asks(name, ControlCode.end))) return false;
  const deadline = performance.now() + LIMIT_MS;
  while (await isRunning(name)) {
    if (performance.now() > deadline)
      throw new BoardStandsStillError(name, `did not end within ${LIMIT_MS / 1000} s`);
  }
  return true;
}

/** Sends one request; true when something answers. */
function asks(name: string, code: number, payload: Uint8Array = new Uint8Array()): Promise<boolean> {
  const request = encodeUp({ kind: "control", code, isAnswer: false, isFailed: false, payload });
  return new Promise((resolve, reject) => {
    const connection = createConnection(boardPlaces(name).control);
    const end = (isAnswered: boolean): void => {
      connection.destroy();
      resolve(isAnswered);
    };
    connection.setTimeout(LIMIT_MS, () => {
      connection.destroy();
      const seconds = LIMIT_MS / 1000;
      reject(new BoardStandsStillError(name, `its process is there, and has not answered for ${seconds} s`));
    });
    connection.once("connect", () => connection.write(request));
    connection.once("data", () => end(true));
    connection.once("error", ({ code }: NodeJS.ErrnoException) => {
      // The queue of those who want to be heard is full, and nobody serves it.
      if (code === "EAGAIN")
        reject(new BoardStandsStillError(name, "its process is there, and takes no connection"));
      else end(false);
    });
    connection.once("close", () => end(false));
  });
}
