import { spawnSync } from "node:child_process";
import fs, { mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SerialPort } from "serialport";
import { expect, onTestFinished, vi } from "vitest";
import type { SerialLine } from "../../../../src/links/uart/serial-line.ts";
import { openFarEnd } from "./far-end.ts";
import { allPieces, pieces, type Rule, someTurns, takeAll, type Until } from "./rules.ts";

type Subject = typeof SerialLine;

/** A line that does not close does not hold up the tests. */
const CLOSING_MS = 5000;
/** Of made time. */
const LONG_MS = 10_000;

async function opened(Line: Subject, path: string) {
  const heard: Buffer[] = [];
  const gone: string[] = [];
  const line = await Line.open({
    ...{ path, baudRate: 3_000_000 },
    onBytes: (bytes) => heard.push(Buffer.from(bytes)),
    onGone: (why) => gone.push(why),
  });
  onTestFinished(async () => {
    await Promise.race([line.close(), sleep(CLOSING_MS, undefined, { ref: false })]);
  });
  return { line, gone, text: () => Buffer.concat(heard).toString() };
}

/** Descriptors of this process that are this port. */
function descriptorsOf(path: string): number {
  const links = readdirSync("/proc/self/fd").map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return "";
    }
  });
  return links.filter((link) => link === path || link === `${path} (deleted)`).length;
}

async function refusal(opening: Promise<unknown>): Promise<string> {
  return await opening.then(
    () => "it was opened",
    (error: Error) => error.message,
  );
}

/** How many tries to open a port have failed from now on. */
function failedOpenings(): () => number {
  let count = 0;
  const { open } = SerialPort.prototype;
  const spy = vi.spyOn(SerialPort.prototype, "open").mockImplementation(function (
    this: SerialPort,
    callback,
  ) {
    open.call(this, (error) => {
      if (error !== null) count++;
      callback?.(error);
    });
  });
  onTestFinished(() => spy.mockRestore());
  return () => count;
}

/** Whether it has closed, which begins now. */
function closed(line: SerialLine): () => boolean {
  let isClosed = false;
  void line.close().then(() => {
    isClosed = true;
  });
  return () => isClosed;
}

/** A name for a port, as udev makes them, which can be changed. */
function nameFor(path: string) {
  const folder = mkdtempSync(join(tmpdir(), "hilt-port ü-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const name = join(folder, "port");
  symlinkSync(path, name);
  return {
    name,
    change(to?: string) {
      rmSync(name);
      if (to !== undefined) symlinkSync(to, name);
    },
  };
}

/** As an adapter that is plugged in again, and gets the name that it had. */
function makeAnother(path: string): void {
  const real = fs.statSync;
  const spy = vi.spyOn(fs, "statSync").mockImplementation(((name: string) => {
    const found = real(name);
    return name === path ? { rdev: found.rdev, ino: found.ino + 1 } : found;
  }) as never);
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
}

export const serialLineRules: readonly Rule<Subject>[] = [
  {
    name: "what goes and what comes arrives",
    async check(Line, until) {
      const far = openFarEnd();
      const { line, text } = await opened(Line, far.path);
      line.write(Buffer.from("sent"));
      far.write("heard");
      let sent = "";
      await until(() => {
        sent += far.read().toString();
        return sent === "sent" && text() === "heard";
      });
    },
  },
  {
    name: "what was written before it is closed arrives",
    async check(Line, until) {
      const far = openFarEnd();
      const { line } = await opened(Line, far.path);
      for (const bytes of pieces) line.write(bytes);
      const closed = line.close();
      expect((await takeAll(far, until)).equals(allPieces)).toBe(true);
      await closed;
      expect(descriptorsOf(far.path)).toBe(0);
    },
  },
  {
    name: "it closes though nobody takes what was written, and nothing goes out after that",
    async check(Line, until) {
      const far = openFarEnd();
      const { line, gone } = await opened(Line, far.path);
      for (const bytes of pieces) line.write(bytes);
      const isClosed = closed(line);
      await until(isClosed);
      expect(descriptorsOf(far.path)).toBe(0);
      await until(() => far.read().length === 0);
      line.write(Uint8Array.of(1));
      await line.close();
      await someTurns();
      expect([far.read().length, gone]).toEqual([0, []]);
    },
  },
  {
    name: "an end that goes while it closes is nobody's concern",
    async check(Line, until) {
      const far = openFarEnd();
      const { line, gone } = await opened(Line, far.path);
      for (const bytes of pieces) line.write(bytes);
      const isClosed = closed(line);
      far.close();
      await until(isClosed);
      await someTurns();
      expect([gone, descriptorsOf(far.path)]).toEqual([[], 0]);
    },
  },
  {
    name: "a port whose other end has gone is reported once and closed, and what is written then goes nowhere",
    async check(Line, until) {
      const far = openFarEnd();
      const { line, gone } = await opened(Line, far.path);
      far.close();
      line.write(Uint8Array.of(1));
      expect(gone).toEqual([]);
      await until(() => gone.length > 0 && descriptorsOf(far.path) === 0);
      line.write(Uint8Array.of(2));
      await line.close();
      await someTurns();
      expect(gone).toHaveLength(1);
    },
  },
  ...["has gone", "has another device", "has another device of the same name"].map((what, index) => ({
    name: `a line ends when the name of its port ${what}, though the kernel says nothing`,
    async check(Line: Subject, until: Until) {
      vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
      onTestFinished(() => void vi.useRealTimers());
      const [far, other] = [openFarEnd(), openFarEnd()];
      const { name, change } = nameFor(far.path);
      const { gone } = await opened(Line, name);
      vi.advanceTimersByTime(LONG_MS);
      expect(gone).toEqual([]);
      if (index === 2) makeAnother(far.path);
      else change([undefined, other.path][index]);
      vi.advanceTimersByTime(LONG_MS);
      expect(gone).toEqual(["the port is not there any more"]);
      await until(() => descriptorsOf(far.path) === 0);
      vi.advanceTimersByTime(LONG_MS);
      expect(gone).toHaveLength(1);
    },
  })),
  {
    name: "closing does not drop DTR, which resets many a board, and the line changes no byte",
    async check(Line) {
      const far = openFarEnd();
      await opened(Line, far.path);
      const { stdout } = spawnSync("stty", ["-F", far.path, "-a"], { encoding: "utf8" });
      const settings = stdout.split(/[\s;]+/);
      expect(
        ["-hupcl", "-icanon", "-echo", "-ixon", "-opost", "cs8"].filter((one) => !settings.includes(one)),
      ).toEqual([]);
    },
  },
  {
    name: "a port that somebody else has is refused, and opened when it is free soon",
    async check(Line, until) {
      const far = openFarEnd();
      const first = await opened(Line, far.path);
      let message = "";
      void refusal(opened(Line, far.path)).then((text) => {
        message = text;
      });
      await until(() => message !== "");
      expect(message).toBe(`${far.path}: another program has this port`);
      const failed = failedOpenings();
      const second = refusal(opened(Line, far.path));
      await until(() => failed() > 0);
      await first.line.close();
      expect(await second).toBe("it was opened");
    },
  },
  {
    name: "a port that is not there, and something that is no port, are refused with their names",
    async check(Line) {
      expect(await refusal(opened(Line, "/dev/nowhere"))).toMatch(/^\/dev\/nowhere: no such port; /);
      expect(await refusal(opened(Line, "/dev/null"))).toBe("/dev/null: not a serial port");
    },
  },
];
