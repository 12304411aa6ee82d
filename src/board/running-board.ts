import { mkdirSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { VirtualBoardError } from "./errors.ts";

/** docs/wire.md, "The control channel". */
const CONTROL = 15 << 4;
const HELLO = 1;
const END = 12;
const VERSION = 1;

/** Where the virtual boards of this user show themselves: short, for a socket's path has 107 bytes. */
export function boardsFolder(): string {
  const runtime = process.env["XDG_RUNTIME_DIR"] ?? join(tmpdir(), `hilt-${userInfo().uid}`);
  const folder = join(runtime, "hilt-boards");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A virtual board that was started for everyone: its terminal and its control channel. */
export function boardPlaces(name: string): { folder: string; port: string; control: string } {
  const folder = join(boardsFolder(), name);
  return { folder, port: join(folder, "line"), control: join(folder, "control") };
}

/** Whether the board answers on its control channel: what a process that was killed has left behind does not. */
export async function isRunning(name: string): Promise<boolean> {
  return await asks(boardPlaces(name).control, Buffer.from([CONTROL, HELLO, 1, 0, VERSION]));
}

/** Resolves when the board's process has closed its control channel, the last thing that it does; false when none runs. */
export async function endBoard(name: string): Promise<boolean> {
  const { control } = boardPlaces(name);
  if (!(await asks(control, Buffer.from([CONTROL, END, 0, 0])))) return false;
  const deadline = performance.now() + 10_000;
  while (await isRunning(name)) {
    if (performance.now() > deadline) throw new VirtualBoardError(name, "did not end within 10 s");
  }
  return true;
}

/** Sends one request; true when something answers. */
function asks(socket: string, request: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    const end = (isAnswered: boolean): void => {
      connection.destroy();
      resolve(isAnswered);
    };
    connection.once("connect", () => connection.write(request));
    connection.once("data", () => end(true));
    connection.once("error", () => end(false));
    connection.once("close", () => end(false));
  });
}
