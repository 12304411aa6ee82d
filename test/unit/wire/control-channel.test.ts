import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ControlChannel } from "../../../src/wire/control-channel.ts";
import { ControlCode, type ControlMessage } from "../../../src/wire/control-message.ts";
import { DownEncoder } from "../../../src/wire/encode-message.ts";
import { ControlError } from "../../../src/wire/errors.ts";
import { upDecoder } from "../../../src/wire/up-decoder.ts";

/** The board's end of a real socket. */
let folder: string;
let server: Server;
let answer: (message: ControlMessage, socket: Socket) => void;

function encoded(code: number, payload: Uint8Array, { isAnswer = true, isFailed = false } = {}): Uint8Array {
  return new DownEncoder().encode({ kind: "control", code, isAnswer, isFailed, payload });
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hilt brett ü "));
  server = createServer((socket) => {
    const decoder = upDecoder((message) => {
      if (message.kind === "control") answer(message, socket);
    });
    socket.on("data", (bytes) => decoder.receive(bytes));
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "control"), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

test("answers come to their requests, in order, however they are cut", async () => {
  using channel = await ControlChannel.connect(join(folder, "control"));
  const held: ControlMessage[] = [];
  answer = (message, socket) => {
    held.push(message);
    if (held.length < 2) return;
    const bytes = Buffer.concat([encoded(ControlCode.cycle, u64(41)), encoded(ControlCode.reset, u64(42))]);
    socket.write(bytes.subarray(0, 7), () => socket.write(bytes.subarray(7)));
  };
  const [cycle, reset] = [channel.cycle(), channel.ask(ControlCode.reset)];
  expect(await cycle).toBe(41);
  expect(await reset).toEqual(u64(42));
  expect(held.map(({ code }) => code)).toEqual([ControlCode.cycle, ControlCode.reset]);
});

test("a request that is refused rejects with the board's words", async () => {
  using channel = await ControlChannel.connect(join(folder, "control"));
  answer = ({ code }, socket) =>
    socket.write(encoded(code, Buffer.from("time is not stepped"), { isFailed: true }));
  await expect(channel.ask(ControlCode.runUntil, u64(1))).rejects.toMatchObject({
    code: "E_CONTROL_CHANNEL",
    message: "time is not stepped",
  });
});

test("a broken rule comes with its name and the device's cycle, and text of the design is text", async () => {
  const violations: unknown[] = [];
  const lines: string[] = [];
  using channel = await ControlChannel.connect(join(folder, "control"), {
    onViolation: (violation) => violations.push(violation),
    onLog: (text) => lines.push(text),
  });
  answer = ({ code, payload }, socket) => {
    expect(payload).toEqual(Buffer.of(0x80));
    const violation = Buffer.concat([Buffer.of(8, 0, 0, 0), u64(1234), u64(0x1000), Buffer.of(2, 0, 0, 0)]);
    socket.write(encoded(ControlCode.event, violation, { isAnswer: false }));
    socket.write(encoded(ControlCode.log, Buffer.from("hello"), { isAnswer: false }));
    socket.write(encoded(code, u64(1300)));
  };
  await channel.watchRules();
  expect(violations).toEqual([{ deviceCycle: 1234, rule: "AXI_WLAST", address: 0x1000n }]);
  expect(lines).toEqual(["hello"]);
});

test("what is asked of a board that goes away is rejected, and what is asked later, too", async () => {
  using channel = await ControlChannel.connect(join(folder, "control"));
  answer = (_message, socket) => socket.destroy();
  await expect(channel.cycle()).rejects.toThrow("the control channel of the board was closed");
  await expect(channel.cycle()).rejects.toThrow("the control channel of the board was closed");
});

test("where no board is", async () => {
  const path = join(folder, "nobody");
  await expect(ControlChannel.connect(path)).rejects.toMatchObject({ code: "E_CONTROL_CHANNEL" });
});

test("a board that does not answer is given up after 10 s, and all that was asked of it with it", async () => {
  using channel = await ControlChannel.connect(join(folder, "control"));
  const received = new Promise<void>((resolve) => {
    answer = () => resolve();
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const asked = [channel.cycle(), channel.ask(ControlCode.reset)];
    await received;
    const ended = Promise.allSettled(asked);
    vi.advanceTimersByTime(10_000);
    const reason = new ControlError("the board has not answered on its control channel for 10 s");
    expect(await ended).toEqual(asked.map(() => ({ status: "rejected", reason })));
    await expect(channel.cycle()).rejects.toThrow("was closed");
  } finally {
    vi.useRealTimers();
  }
});
