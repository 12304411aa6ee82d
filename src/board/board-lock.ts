import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, join } from "node:path";
import { flock } from "../native/flock.ts";
import { BoardLockedError } from "./errors.ts";

/** A link in the place of a lock may lead anywhere, also to nothing: it is not followed. */
const NO_LINK = constants.O_RDWR | constants.O_NOFOLLOW;

/** Who has a board, as far as that is known: another program than hilt may lock the file and say nothing. */
export interface Holder {
  readonly pid?: number;
  readonly user?: string;
  /** ISO 8601. */
  readonly since?: string;
  readonly command?: string;
}

export interface BoardLock extends Disposable {
  readonly file: string;
}

export interface LockOptions {
  /** What the holder does, for whoever finds the board locked. */
  readonly command: string;
  /** Its serial port, as `/dev/ttyUSB0`: other programs know the lock by that name. */
  readonly device?: string;
  /** By default where the system has its locks. */
  readonly directory?: string;
}

/** Where locks are: `/var/lock` (FHS 3.0, section 5.9), or the folder for temporary files where nobody may write there. */
export function lockDirectory(): string {
  try {
    accessSync("/var/lock", constants.W_OK);
    return "/var/lock";
  } catch {
    return tmpdir();
  }
}

/**
 * Takes the board `id` for this process. The lock is the kernel's (`flock`), and ends with the process however that ends;
 * the file stays. What stands in it begins like an UUCP lock file (the process id in ten characters and a newline), and
 * names the holder. With `device` the UUCP file of the device is respected, and made where that is possible. Throws
 * `BoardLockedError` with the holder.
 */
export function lockBoard(id: string, options: LockOptions): BoardLock {
  const { directory = lockDirectory(), device, command } = options;
  const file = lockFile(id, directory);
  const descriptor = openLock(file);
  try {
    if (!flock(descriptor)) throw new BoardLockedError(id, holderIn(file), file);
    const release = device === undefined ? () => {} : takeDevice(id, device, directory);
    const holder: Holder = {
      ...{ pid: process.pid, ...userName(), since: new Date().toISOString(), command },
    };
    writeHolder(descriptor, file, holder);
    return {
      file,
      [Symbol.dispose]() {
        release();
        ftruncateSync(descriptor);
        closeSync(descriptor);
      },
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Who has the board now; undefined when nobody has. */
export function boardHolder(id: string, directory: string = lockDirectory()): Holder | undefined {
  const file = lockFile(id, directory);
  let descriptor: number;
  try {
    descriptor = openSync(file, NO_LINK);
  } catch {
    return undefined;
  }
  try {
    return flock(descriptor) ? undefined : holderIn(file);
  } finally {
    closeSync(descriptor);
  }
}

function lockFile(id: string, directory: string): string {
  return join(directory, `hilt-${id.replace(/[^\w.-]/g, "_")}.lock`);
}

/** In a folder that everyone may write to, Linux refuses to create a file that somebody else has: it is opened first. */
function openLock(file: string): number {
  for (;;) {
    try {
      return openSync(file, NO_LINK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    try {
      const descriptor = openSync(file, "wx+");
      chmodSync(file, 0o666);
      return descriptor;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function writeHolder(descriptor: number, file: string, holder: Holder): void {
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, `${pidLine(process.pid)}${JSON.stringify(holder)}\n`, 0);
  } catch (error) {
    // What a call on an open file says has no name in it.
    (error as Error).message += ` '${file}'`;
    throw error;
  }
}

function holderIn(file: string): Holder {
  const [, text = ""] = readFileSync(file, "utf8").split("\n");
  const pid = pidIn(file);
  const known = pid === undefined ? {} : { pid };
  try {
    return { ...(JSON.parse(text) as Holder), ...known };
  } catch {
    return known;
  }
}

/** In a container an id may have no name. */
function userName(): { user?: string } {
  try {
    return { user: userInfo().username };
  } catch {
    return {};
  }
}

function pidLine(pid: number): string {
  return `${String(pid).padStart(10)}\n`;
}

/**
 * The UUCP lock file of a device, which minicom and others use. One whose process is gone counts for nothing. Returns what
 * releases it.
 */
function takeDevice(id: string, device: string, directory: string): () => void {
  const file = join(directory, `LCK..${basename(device)}`);
  const pid = pidIn(file);
  if (pid !== undefined && pid !== process.pid && isAlive(pid))
    throw new BoardLockedError(id, { pid, command: `a program that has ${device} open` }, file);
  try {
    if (pid !== undefined) rmSync(file, { force: true });
    writeFileSync(file, pidLine(process.pid), { flag: "wx", mode: 0o644 });
  } catch {
    // Where it cannot be written nobody else can have written one.
    return () => {};
  }
  return () => rmSync(file, { force: true });
}

function pidIn(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    // 0 and less are no process, and a signal to them would go to many.
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
