import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { SerialPort } from "serialport";
import { expect, onTestFinished, vi } from "vitest";
import type { PolledPort } from "../../../../src/links/uart/polled-port.ts";
import { bytesWaiting, openFarEnd } from "./far-end.ts";
import { allPieces, pieces, type Rule, someTurns, takeAll, type Until } from "./rules.ts";

type Subject = typeof PolledPort;

/** A port of the kernel's with its far end. `onBytes`: beside what is kept. */
async function opened(Port: Subject, onBytes: (bytes: Buffer) => void = () => {}) {
  const far = openFarEnd();
  const serial = new SerialPort({ path: far.path, baudRate: 3_000_000, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    serial.open((error) => (error === null ? resolve() : reject(error)));
  });
  const { port: binding } = serial as unknown as {
    port: { fd: number; poller: { on(event: string, hear: () => void): void } };
  };
  const { fd, poller } = binding;
  let writableEvents = 0;
  poller.on("writable", () => writableEvents++);
  const heard: Buffer[] = [];
  const gone: string[] = [];
  const port = new Port(serial, {
    onBytes: (bytes) => {
      heard.push(Buffer.from(bytes));
      onBytes(Buffer.from(bytes));
    },
    onGone: (why) => gone.push(why),
  });
  onTestFinished(async () => {
    port.stop();
    await new Promise<void>((resolve) => serial.close(() => resolve()));
  });
  const text = () => Buffer.concat(heard).toString();
  /** Writes what the port must not take: until the kernel has it for the port, and the port has had its turns. */
  const tempt = async (bytes: string, until: Until): Promise<void> => {
    const before = text();
    far.write(bytes);
    await until(() => bytesWaiting(fd) > 0 || text() !== before);
    await someTurns();
  };
  return { port, far, fd, poller, text, gone, tempt, writableEvents: () => writableEvents };
}

/** For this port the system call comes to this, once for each result: an error's code, or a number. */
function disturb(name: "readSync" | "writeSync", port: number, results: readonly (string | number)[]): void {
  const left = [...results];
  const real = fs[name] as (...args: unknown[]) => number;
  const spy = vi.spyOn(fs, name).mockImplementation(((descriptor: number, ...rest: unknown[]) => {
    const result = descriptor === port ? left.shift() : undefined;
    if (result === undefined) return real(descriptor, ...rest);
    if (typeof result === "number") return result;
    throw Object.assign(new Error(`${result}: of the test`), { code: result });
  }) as never);
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
}

/** Whether the port has said that it has taken all. */
function written(port: PolledPort): () => boolean {
  let isWritten = false;
  void port.written().then(() => {
    isWritten = true;
  });
  return () => isWritten;
}

/** Errors that nobody catches, instead of the end of the test run. */
function uncaught(): unknown[] {
  const errors: unknown[] = [];
  const before = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => errors.push(error));
  onTestFinished(() => {
    process.removeAllListeners("uncaughtException");
    for (const listener of before) process.on("uncaughtException", listener);
  });
  return errors;
}

export const polledPortRules: readonly Rule<Subject>[] = [
  {
    name: "what comes is heard, one piece after the other",
    async check(Port, until) {
      const { far, text } = await opened(Port);
      for (const expected of ["one", "onetwo", "onetwothree"]) {
        far.write(expected.slice(text().length));
        await until(() => text() === expected);
      }
    },
  },
  {
    name: "what the port has no room for is written when it has, in order",
    async check(Port, until) {
      const { port, far } = await opened(Port);
      for (const bytes of pieces) port.write(bytes);
      expect((await takeAll(far, until)).equals(allPieces)).toBe(true);
    },
  },
  {
    name: "what comes is heard while what goes waits for room",
    async check(Port, until) {
      const { port, far, text } = await opened(Port);
      for (const bytes of pieces) port.write(bytes);
      far.write("heard");
      await until(() => text() === "heard");
      await takeAll(far, until);
    },
  },
  {
    name: "room is asked for only while something waits for it",
    async check(Port, until) {
      const { port, far, writableEvents } = await opened(Port);
      port.write(pieces[0] as Uint8Array);
      await someTurns();
      expect(writableEvents()).toBe(0);
      far.read();
      for (const bytes of pieces) port.write(bytes);
      await takeAll(far, until);
      const before = writableEvents();
      expect(before).toBeGreaterThan(0);
      await someTurns();
      expect(writableEvents()).toBeLessThanOrEqual(before + 1);
    },
  },
  {
    name: "it says when the port has taken all, and not before",
    async check(Port, until) {
      const { port, far } = await opened(Port);
      await port.written();
      for (const bytes of pieces) port.write(bytes);
      const isWritten = written(port);
      await someTurns();
      expect(isWritten()).toBe(false);
      await takeAll(far, until);
      await until(isWritten);
    },
  },
  {
    name: "once it is stopped nothing is read or written, and nobody waits",
    async check(Port, until) {
      const { port, far, text, gone, tempt } = await opened(Port);
      for (const bytes of pieces) port.write(bytes);
      const isWritten = written(port);
      port.stop();
      await until(isWritten);
      await until(() => far.read().length === 0);
      port.write(Uint8Array.of(1));
      const isWrittenAgain = written(port);
      await until(isWrittenAgain);
      await tempt("unheard", until);
      expect([text(), far.read().length, gone]).toEqual(["", 0, []]);
    },
  },
  {
    name: "a stop from what receives is one, too",
    async check(Port, until) {
      const { port, far, text, tempt } = await opened(Port, () => port.stop());
      far.write("one");
      await until(() => text() === "one");
      await tempt("two", until);
      expect(text()).toBe("one");
    },
  },
  ...["EAGAIN", "EINTR"].map((code) => ({
    name: `a system call that ends with ${code} is made again`,
    async check(Port: Subject, until: Until) {
      const { port, far, fd, text, gone } = await opened(Port);
      disturb("readSync", fd, [code, code]);
      disturb("writeSync", fd, [code, code]);
      port.write(Buffer.from("sent"));
      far.write("heard");
      let sent = "";
      await until(() => {
        sent += far.read().toString();
        return sent === "sent" && text() === "heard";
      });
      expect(gone).toEqual([]);
    },
  })),
  {
    name: "a read that fails ends it, with the reason",
    async check(Port, until) {
      const { far, fd, text, gone, tempt } = await opened(Port);
      disturb("readSync", fd, ["EIO"]);
      far.write("lost");
      await until(() => gone.length > 0);
      await tempt("unheard", until);
      expect([gone, text()]).toEqual([["EIO: of the test"], ""]);
    },
  },
  {
    name: "a read that finds the end of what there is ends it",
    async check(Port, until) {
      const { far, fd, gone } = await opened(Port);
      disturb("readSync", fd, [0]);
      far.write("lost");
      await until(() => gone.length > 0);
      expect(gone).toEqual(["the port has ended"]);
    },
  },
  {
    name: "a write that fails ends it after the turn of whoever writes, with the reason",
    async check(Port, until) {
      const { port, far, fd, gone } = await opened(Port);
      disturb("writeSync", fd, ["EIO"]);
      port.write(Buffer.from("lost"));
      expect(gone).toEqual([]);
      await until(() => gone.length > 0);
      port.write(Buffer.from("unsent"));
      await someTurns();
      expect([gone, far.read().length]).toEqual([["EIO: of the test"], 0]);
    },
  },
  {
    name: "a port whose other end has gone is reported once, and whoever waits for it goes on",
    async check(Port, until) {
      const { port, far, gone } = await opened(Port);
      for (const bytes of pieces) port.write(bytes);
      const isWritten = written(port);
      await someTurns();
      far.close();
      port.write(Uint8Array.of(1));
      await until(() => gone.length > 0 && isWritten());
      await someTurns();
      expect(gone).toEqual(["it has hung up"]);
    },
  },
  {
    name: "a read and a write that fail at the same time are one end",
    async check(Port, until) {
      const { port, far, fd, poller, gone } = await opened(Port);
      disturb("readSync", fd, ["EIO"]);
      disturb("writeSync", fd, ["EIO"]);
      // After the port itself.
      poller.on("readable", () => port.write(Uint8Array.of(1)));
      far.write("lost");
      await until(() => gone.length > 0);
      await someTurns();
      expect(gone).toHaveLength(1);
    },
  },
  {
    name: "an error in what receives is thrown as it is, and nothing more is heard",
    async check(Port, until) {
      const errors = uncaught();
      const error = new Error("of the receiver");
      const { far, text, tempt } = await opened(Port, () => {
        throw error;
      });
      far.write("one");
      await until(() => errors.length > 0);
      await tempt("two", until);
      expect([errors, text()]).toEqual([[error], "one"]);
    },
  },
];
