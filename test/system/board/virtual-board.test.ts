import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { Control, requests } from "./control.ts";
import { startEcho } from "./echo-board.ts";
import { Terminal } from "./terminal.ts";

/** The process of a virtual board with a top that sends back what it receives: a real terminal, a real serial port. */

function bytesOf(count: number, seed = 1n): Buffer {
  return Buffer.from(new Random(seed).bytes(count));
}

/** The models, which the tests share. */
beforeAll(async () => {
  for (const mode of ["bits", "bytes"] as const) await (await startEcho(mode))[Symbol.asyncDispose]();
});

test.each(["bits", "bytes"] as const)("every byte comes back, line by %s", async (mode) => {
  await using board = await startEcho(mode);
  const terminal = await Terminal.open(board.port);
  const sent = bytesOf(30_000);
  terminal.send(sent);
  expect((await terminal.receive(sent.length)).equals(sent)).toBe(true);
  const control = await Control.open(board.control);
  const { up, down, ...others } = await control.line();
  expect([up, down]).toEqual([sent.length, sent.length]);
  expect(new Set(Object.values(others))).toEqual(new Set([0]));
  control.close();
  await terminal.close();
});

test("a port that is closed and opened again finds what came in between, and a second program is kept out", async () => {
  await using board = await startEcho();
  const first = await Terminal.open(board.port);
  await expect(Terminal.open(board.port)).rejects.toThrow("Cannot lock port");
  await first.close();
  const second = await Terminal.open(board.port);
  second.send(bytesOf(100));
  expect(await second.receive(100)).toEqual(bytesOf(100));
  await second.close();
});

test("the same seed loses and inserts the same bytes, in the direction that is asked for", async () => {
  const results: Buffer[] = [];
  for (const seed of [7, 7, 8]) {
    await using board = await startEcho();
    const control = await Control.open(board.control);
    const terminal = await Terminal.open(board.port);
    await control.disturb({ seed, lost: 2_000_000, garbage: 2_000_000, directions: 1 });
    terminal.send(bytesOf(5_000));
    const { lost, inserted, down } = await settled(control, 5_000);
    expect(lost).toBeGreaterThan(0);
    expect(inserted).toBeGreaterThan(0);
    expect(down).toBe(5_000 - lost + inserted);
    results.push(await terminal.receive(down));
    control.close();
    await terminal.close();
  }
  const [a, b, c] = results as [Buffer, Buffer, Buffer];
  expect(a.equals(b)).toBe(true);
  expect(a.equals(c)).toBe(false);
  expect(a.equals(bytesOf(5_000))).toBe(false);
});

test("bits of the wire are inverted, those of start and stop bits too", async () => {
  await using board = await startEcho();
  const control = await Control.open(board.control);
  const terminal = await Terminal.open(board.port);
  await control.disturb({ bitErrors: 1_000_000, directions: 2 });
  const sent = bytesOf(20_000);
  terminal.send(sent);
  const { up, flippedBits, framingErrors } = await settled(control, 20_000);
  expect(up).toBe(20_000);
  // Of 200,000 bits one in a thousand; a stop bit is one of ten.
  expect(flippedBits).toBeGreaterThan(100);
  expect(flippedBits).toBeLessThan(400);
  expect(framingErrors).toBeGreaterThan(2);
  expect((await terminal.receive(19_000)).equals(sent)).toBe(false);
  control.close();
  await terminal.close();
});

/** The line's counts when all of `sent` bytes have been on it, and nothing has moved for 100,000 cycles. */
async function settled(control: Control, sent: number) {
  const cycle = async (): Promise<bigint> => (await control.ask(requests.cycle)).readBigUInt64LE();
  for (;;) {
    const before = await control.line();
    for (const from = await cycle(); (await cycle()) < from + 100_000n; );
    const after = await control.line();
    const isSent = after.up + after.lost - after.inserted >= sent;
    if (isSent && after.down === before.down && after.up === before.up) return after;
  }
}

test("an adapter with a small buffer loses what the host does not take", async () => {
  await using board = await startEcho();
  const control = await Control.open(board.control);
  await control.disturb({ packetBytes: 62, latencyMs: 16, bufferBytes: 512 });
  const terminal = await Terminal.open(board.port);
  terminal.port.pause();
  // A terminal holds more than 64 KiB by itself.
  terminal.send(bytesOf(150_000));
  const { overflowed } = await settled(control, 150_000);
  expect(overflowed).toBeGreaterThan(0);
  control.close();
  await terminal.close();
});

test("a cable that is pulled takes the terminal with it; plugged in again there is one at the same link", async () => {
  await using board = await startEcho();
  const control = await Control.open(board.control);
  const terminal = await Terminal.open(board.port);
  expect(readlinkSync(board.port)).toMatch(/^\/dev\/pts\/\d+$/);
  terminal.send(bytesOf(1_000));
  await terminal.receive(1);
  await control.unplug(200);
  expect(existsSync(board.port)).toBe(false);
  while (!existsSync(board.port)) await control.ask(requests.cycle);
  await terminal.close();
  const again = await Terminal.open(board.port);
  again.send(bytesOf(100, 2n));
  expect(await again.receive(100)).toEqual(bytesOf(100, 2n));
  control.close();
  await again.close();
});

test("after a reset the board works, and its cycles go on", async () => {
  await using board = await startEcho();
  const control = await Control.open(board.control);
  const terminal = await Terminal.open(board.port);
  terminal.send(bytesOf(1_000));
  await terminal.receive(1_000);
  const cycle = (await control.ask(requests.reset)).readBigUInt64LE();
  expect(cycle).toBeGreaterThan(40_000n);
  terminal.send(bytesOf(1_000, 2n));
  expect(await terminal.receive(1_000)).toEqual(bytesOf(1_000, 2n));
  expect((await control.ask(requests.cycle)).readBigUInt64LE()).toBeGreaterThan(cycle);
  await expect(control.ask(99)).rejects.toThrow("does not know request 99");
  const waves = (text: string) => control.ask(requests.wavesOn, Buffer.from(text));
  await expect(waves("/tmp/w.fst")).rejects.toThrow("names no signals");
  await expect(waves("/tmp/w.fst\0hilt_virtual_board")).rejects.toThrow("without waves");
  control.close();
  await terminal.close();
});

test("what is to happen in a cycle happens in it, in each run, whatever the host does meanwhile", async () => {
  const runs: unknown[] = [];
  for (const count of [10, 10_000]) {
    await using board = await startEcho();
    const control = await Control.open(board.control);
    await expect(control.reset(1)).rejects.toThrow(/^cycle 1 has passed: it is cycle \d+$/);
    // In one go: the board runs at full speed from the first on.
    await Promise.all([control.unplug(10, 3_000_001), control.reset(3_050_000), control.reset(2_000_003)]);
    const terminal = await Terminal.open(board.port);
    terminal.send(bytesOf(count));
    const seen: unknown[] = [];
    while (seen.length < 4) seen.push(JSON.parse((await control.next()).payload.toString()));
    runs.push(seen);
    expect(existsSync(board.port)).toBe(true);
    control.close();
    await terminal.close();
  }
  // A board of 12,000 cycles in a millisecond.
  const each = [
    { kind: "reset", cycle: 2_000_003 },
    { kind: "unplugged", cycle: 3_000_001 },
    { kind: "reset", cycle: 3_050_000 },
    { kind: "plugged in", cycle: 3_120_001 },
  ];
  expect(runs).toEqual([each, each]);
});

test("at its end, and when it is asked to end, link and socket are gone", async () => {
  const board = await startEcho();
  const control = await Control.open(board.control);
  await control.ask(requests.end);
  await expect(board.lost).rejects.toThrow("virtual board echo: ended with status 0");
  expect([existsSync(board.port), existsSync(board.control)]).toEqual([false, false]);
  await board[Symbol.asyncDispose]();
  const other = await startEcho();
  process.kill(other.pid, "SIGTERM");
  await expect(other.lost).rejects.toThrow("ended with status 0");
  expect([existsSync(other.port), existsSync(other.control)]).toEqual([false, false]);
  await other[Symbol.asyncDispose]();
});

test("a board does not outlive a process that is killed", async () => {
  const script = join(import.meta.dirname, "start-and-wait.ts");
  const parent = spawn(process.execPath, ["--import", "tsx", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(parent.stdout, "data");
  const { pid, port } = JSON.parse(String(line)) as { pid: number; port: string };
  expect(existsSync(port)).toBe(true);
  parent.kill("SIGKILL");
  await once(parent, "close");
  while (isThere(pid)) await new Promise(setImmediate);
  expect(existsSync(port)).toBe(false);
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
