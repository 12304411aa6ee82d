import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SystemCallError } from "../../../src/native/errors.ts";
import { flock } from "../../../src/native/flock.ts";

let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hilt flöck "));
  path = join(folder, "böard one.lock");
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** A process that has tried to lock the file, and whether it has the lock. */
async function locker(): Promise<{ child: ChildProcess; hasLock: unknown }> {
  const child = fork(fileURLToPath(new URL("hold-lock.mts", import.meta.url)), [path], {
    execArgv: ["--import", "tsx"],
  });
  children.push(child);
  const [hasLock] = await once(child, "message");
  return { child, hasLock };
}

test("one process has the lock; the kernel releases it when SIGKILL ends that process", async () => {
  const first = await locker();
  expect(first.hasLock).toBe(true);
  expect((await locker()).hasLock).toBe(false);
  const own = openSync(path, "a");
  expect(flock(own)).toBe(false);

  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  expect(flock(own)).toBe(true);
  expect((await locker()).hasLock).toBe(false);
  closeSync(own);
});

test("a second opening in the same process does not get the lock; closing the first releases it", () => {
  const [first, second] = [openSync(path, "a"), openSync(path, "r")];
  expect([flock(first), flock(second), flock(first)]).toEqual([true, false, true]);
  closeSync(first);
  expect(flock(second)).toBe(true);
  closeSync(second);
});

test("what cannot be locked at all is told apart from what is locked", () => {
  const closed = openSync(path, "a");
  closeSync(closed);
  const locking = (): boolean => flock(closed);
  expect(locking).toThrow(SystemCallError);
  expect(locking).toThrow(expect.objectContaining({ code: "E_SYSTEM_CALL", errno: "EBADF" }));
  expect(locking).toThrow("flock: EBADF, bad file descriptor");
});
