import { describe, expect, test } from "vitest";
import { NoBoardError, SessionLost, WireMessageError } from "../../../src/wire/errors.ts";
import { encodeFrame, FrameKind } from "../../../src/wire/frame.ts";
import { encodeIdentity } from "../../../src/wire/identity.ts";
import { noStatistics } from "../../../src/wire/line-statistics.ts";
import { ReceiveStream } from "../../../src/wire/receive-stream.ts";
import { identity, Pair, type PairOptions } from "../../wire/pair.ts";
import type { Disturbance } from "../../wire/simulated-line.ts";

const KIB = 1024;

function count(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

/** Random bytes both ways in pieces of a message's size; `meanwhile` is called when half has arrived at the host. */
function exchange(pair: Pair, lengthBytes: number, meanwhile: () => void = () => {}): { isDone: boolean } {
  const [up, down] = [pair.random.bytes(lengthBytes), pair.random.bytes(lengthBytes)];
  for (let at = 0; at < lengthBytes; ) {
    const size = pair.random.integer(1, 300);
    pair.host.send(up.subarray(at, at + size));
    pair.board.send(down.subarray(at, at + size));
    at += size;
  }
  pair.time.runNow(() => count(pair.atHost) >= lengthBytes / 2);
  meanwhile();
  const isDone = pair.time.runNow(
    () => pair.lost.length > 0 || (count(pair.atBoard) >= lengthBytes && count(pair.atHost) >= lengthBytes),
  );
  const [atBoard, atHost] = [Buffer.concat(pair.atBoard), Buffer.concat(pair.atHost)];
  expect(atBoard.equals(up.subarray(0, atBoard.length))).toBe(true);
  expect(atHost.equals(down.subarray(0, atHost.length))).toBe(true);
  return { isDone: isDone && pair.lost.length === 0 };
}

async function begun(options?: PairOptions): Promise<Pair> {
  const pair = new Pair(options);
  await pair.begin();
  return pair;
}

describe("a session", () => {
  test("on a clean line nothing is sent twice", async () => {
    const pair = new Pair();
    expect(await pair.begin()).toMatchObject({ version: 1, mtu: 1024, buildHash: 0x12345678 });
    expect(exchange(pair, 64 * KIB).isDone).toBe(true);
    const clean = { badFrames: 0, gaps: 0, duplicates: 0, naksReceived: 0, timeouts: 0, bytesSentAgain: 0 };
    expect(pair.host.statistics).toMatchObject({
      ...clean,
      payloadSent: 64 * KIB,
      payloadReceived: 64 * KIB,
    });
    expect(pair.board.statistics).toMatchObject(clean);
    const { roundTrip, bytesSent } = pair.host.statistics;
    expect(bytesSent).toBe(pair.up.carried);
    // There and back, and a frame's time on the line.
    expect(roundTrip.leastMs).toBeGreaterThanOrEqual(2);
    expect(roundTrip.mostMs).toBeLessThan(60);
  });

  test.each<[string, Disturbance]>([
    ["one bit in 1,000,000 is wrong", { bitErrors: 1e-6 }],
    ["one bit in 100,000 is wrong", { bitErrors: 1e-5 }],
    ["one bit in 10,000 is wrong", { bitErrors: 1e-4 }],
    ["one byte in 10,000 is lost", { drops: 1e-4 }],
    ["garbage comes in between", { garbage: 3e-4 }],
    ["the line stands still at times", { stalls: 1e-5, stallMs: 700 }],
    ["everything at once", { bitErrors: 2e-5, drops: 1e-4, garbage: 1e-4, stalls: 1e-6, stallMs: 300 }],
  ])("%s: every byte arrives once, in order", async (_name, disturbance) => {
    for (const seed of [1n, 2n, 3n]) {
      const pair = await begun({ seed, disturbance });
      expect(exchange(pair, 48 * KIB).isDone).toBe(true);
    }
  });

  test("a line that is slower than its rate is not filled with repetitions of what it has not sent yet", async () => {
    const pair = await begun({ slower: 30 });
    expect(exchange(pair, 32 * KIB).isDone).toBe(true);
    const { timeouts, bytesSentAgain, payloadSent } = pair.host.statistics;
    expect(timeouts).toBeGreaterThan(0);
    expect(bytesSentAgain / payloadSent).toBeLessThan(0.5);
  });

  test("what a line has spoilt is counted", async () => {
    const pair = await begun({ disturbance: { bitErrors: 2e-5, drops: 1e-4 } });
    exchange(pair, 128 * KIB);
    const { host, board } = pair;
    for (const { statistics } of [host, board]) {
      expect(statistics.badFrames).toBeGreaterThan(0);
      expect(statistics.gaps).toBeGreaterThan(0);
      expect(statistics.bytesSentAgain).toBeGreaterThan(0);
    }
    expect(host.statistics.naksReceived).toBeGreaterThan(0);
    expect(host.statistics.naksReceived).toBeLessThanOrEqual(board.statistics.gaps);
  });

  test("offsets and epochs wrap", async () => {
    const pair = await begun({ bytesPerMs: 10_000, delayMs: 0.1 });
    for (let session = 0; session < 17; session++) {
      await pair.begin();
      expect(exchange(pair, 200 * KIB).isDone).toBe(true);
    }
    expect(pair.host.statistics.timeouts).toBe(0);
  });

  test("a frame of a board that is in another session ends it, with what was acknowledged", async () => {
    const pair = await begun();
    const before = new Uint8Array(100);
    pair.host.send(before);
    pair.time.runNow(() => count(pair.atBoard) === 100, 1000);
    pair.time.runNow(() => false, 50);
    pair.board.reset();
    pair.host.send(new Uint8Array(7));
    pair.time.runNow(() => pair.lost.length > 0, 5000);
    const [error] = pair.lost;
    expect(error).toBeInstanceOf(SessionLost);
    expect(error).toMatchObject({ acknowledgedBytes: 100, sentBytes: 107, code: "E_SESSION_LOST" });
    expect(error?.message).toContain("the board has begun anew: power-up or reset");
    expect(pair.host.isUp).toBe(false);
    await pair.begin();
    expect(count(pair.atBoard)).toBe(0);
    expect(exchange(pair, 4 * KIB).isDone).toBe(true);
  });

  test("a board that has another design when it begins anew is named by both builds", async () => {
    const pair = await begun();
    pair.host.receive(
      encodeFrame({
        ...{ kind: FrameKind.boot, epoch: 0, seq: 0, ack: 0, window: 0 },
        payload: encodeIdentity({ ...identity, buildHash: 0xabcd }),
      }),
    );
    expect(pair.lost[0]?.message).toContain(
      "with another design: build 0x0000abcd, and it was 0x12345678; the board had acknowledged 0 of 0 bytes",
    );
  });

  test("a board without power is noticed by its silence, and a host that was stopped by nothing", async () => {
    const pair = await begun();
    expect(pair.time.runNow(() => pair.lost.length > 0, 60_000)).toBe(false);
    pair.board.off();
    expect(pair.time.runNow(() => pair.lost.length > 0, 10_000)).toBe(true);
    expect(pair.lost[0]?.message).toContain("no answer to 5 signs of life");
  });

  test("a message that nobody knows ends the session of a host", async () => {
    const pair = await begun({
      onHostBytes: () => {
        throw new WireMessageError("an unknown message", 0x0f);
      },
    });
    pair.board.send(Uint8Array.of(0x0f));
    expect(pair.time.runNow(() => pair.lost.length > 0, 1000)).toBe(true);
    expect(pair.lost[0]?.message).toContain("an unknown message (first byte 0x0f)");
  });

  test("a board that reads slowly makes the host wait, and a grant that is lost is asked for", async () => {
    let unread = 0;
    const pair: Pair = await begun({
      identity: { receiveRing: 1024 },
      onBoardBytes: (bytes) => {
        pair.atBoard.push(Buffer.from(bytes));
        unread += bytes.length;
      },
    });
    pair.host.send(pair.random.bytes(3000));
    expect(pair.time.runNow(() => count(pair.atBoard) > 1024, 2000)).toBe(false);
    expect(unread).toBe(1024);
    const release = (): void => {
      const bytes = unread;
      unread = 0;
      pair.board.release(bytes);
    };
    pair.down.isCut = true;
    release();
    pair.time.runNow(() => false, 20);
    pair.down.isCut = false;
    expect(pair.time.runNow(() => unread > 0, 500)).toBe(true);
    expect(pair.host.statistics.probes).toBeGreaterThan(0);
    for (let i = 0; i < 10; i++) {
      release();
      pair.time.runNow(() => unread > 0, 500);
    }
    expect(count(pair.atBoard)).toBe(3000);
  });
});

describe("a cable", () => {
  test.each([1n, 2n, 3n, 4n])(
    "pulled and plugged again in mid transfer, seed %s: nothing is lost or repeated",
    async (seed) => {
      const pair = await begun({ seed });
      let resumed: Promise<unknown> = Promise.resolve();
      let whileAway = 0;
      const { isDone } = exchange(pair, 96 * KIB, () => {
        pair.host.suspend();
        pair.up.isCut = true;
        pair.down.isCut = true;
        pair.time.runNow(() => false, pair.random.integer(1, 3000));
        pair.up.isCut = false;
        pair.down.isCut = false;
        whileAway = pair.board.statistics.timeouts;
        resumed = pair.host.resume(2000);
      });
      await resumed;
      expect(isDone).toBe(true);
      expect(pair.host.statistics.resumes).toBe(1);
      // Both sides know at once what has to be sent again; while it was away, the board's time ran out.
      expect([pair.host.statistics.timeouts, pair.board.statistics.timeouts]).toEqual([0, whileAway]);
      expect([pair.host.statistics.gaps, pair.board.statistics.gaps]).toEqual([0, 0]);
    },
  );

  test("a board that was reset meanwhile has no session to go on with", async () => {
    const pair = await begun();
    pair.host.send(new Uint8Array(10));
    pair.host.suspend();
    pair.board.reset();
    await expect(pair.settled(pair.host.resume(2000))).rejects.toThrow(SessionLost);
    expect(pair.lost).toHaveLength(1);
  });

  test("where nothing answers, it may be tried again", async () => {
    const pair = await begun();
    pair.host.send(Uint8Array.of(1, 2, 3));
    pair.host.suspend();
    pair.up.isCut = true;
    await expect(pair.settled(pair.host.resume(500))).rejects.toThrow(NoBoardError);
    pair.up.isCut = false;
    await pair.settled(pair.host.resume(500));
    pair.time.runNow(() => count(pair.atBoard) === 3, 1000);
    expect(Buffer.concat(pair.atBoard)).toEqual(Buffer.of(1, 2, 3));
  });
});

describe("a beginning", () => {
  test("a host that takes the place of one that was killed is not taken in by what that had under way", async () => {
    const pair = await begun();
    pair.host.send(pair.random.bytes(8 * KIB));
    pair.board.send(pair.random.bytes(8 * KIB));
    pair.time.runNow(() => count(pair.atHost) > 0, 1000);
    // The line is full of frames of the session before in both directions.
    await pair.begin();
    pair.atHost.length = 0;
    expect(exchange(pair, 16 * KIB).isDone).toBe(true);
  });

  test("a reply to an earlier SYNC is not taken: the board has begun once more since", async () => {
    const pair = new Pair({ delayMs: 75 });
    await pair.begin();
    expect(exchange(pair, 2 * KIB).isDone).toBe(true);
  });

  test("noise, text and other people's frames before it do no harm", async () => {
    const pair = new Pair({ disturbance: { garbage: 0.02 } });
    await pair.begin();
    pair.up.disturbance = {};
    pair.down.disturbance = {};
    expect(exchange(pair, 2 * KIB).isDone).toBe(true);
  });

  test.each<[string, Uint8Array | undefined, string]>([
    ["nothing", undefined, "nothing has answered, and nothing was heard"],
    [
      "a boot log",
      Buffer.from("U-Boot 2024.01\r\nDRAM: 512 MiB\r\n"),
      '"U-Boot 2024.01\\r\\nDRAM: 512 MiB\\r\\n"',
    ],
    [
      "a plug that joins both wires",
      encodeFrame({
        kind: FrameKind.syncNew,
        epoch: 0,
        seq: 1,
        ack: 0,
        window: 255,
        payload: Buffer.alloc(0),
      }),
      "no board has answered: what is sent comes back",
    ],
    ["a wrong rate", Uint8Array.of(0x9e, 0xfe, 0x80), "begins with 9e fe 80"],
  ])("%s on the port: no board, and what was heard", async (_name, heard, message) => {
    const pair = new Pair();
    pair.board.off();
    pair.time.runNow(() => false, 100);
    pair.time.after(30, () => heard !== undefined && pair.host.receive(heard));
    const beginning = pair.begin(1000);
    await expect(beginning).rejects.toThrow(NoBoardError);
    await expect(beginning).rejects.toThrow(message);
    expect(pair.host.statistics.framesSent).toBe(4);
  });

  test("a board of another version is refused, and named", async () => {
    const pair = new Pair({ identity: { version: 2 } });
    await expect(pair.begin()).rejects.toThrow("version 2 of the protocol, and hilt speaks version 1");
  });

  test("a board that says BOOT and answers no SYNC is named by its build", async () => {
    const pair = new Pair();
    pair.board.off();
    const payload = encodeIdentity(identity);
    const boot = encodeFrame({ kind: FrameKind.boot, epoch: 0, seq: 0, ack: 0, window: 0, payload });
    pair.time.after(10, () => pair.host.receive(boot));
    await expect(pair.begin(500)).rejects.toThrow(
      "a board is there (build 12345678), but it answers no SYNC",
    );
  });
});

test("what is sent when all that came has been looked at shares a frame with the answers to it", async () => {
  let isAnswered = false;
  const pair: Pair = new Pair({
    onHostBytes: () => pair.host.send(new Uint8Array(100)),
    onHostReceived: () => {
      if (pair.host.statistics.payloadReceived > 0 && !isAnswered) {
        isAnswered = true;
        pair.host.send(new Uint8Array(2));
      }
    },
  });
  await pair.begin();
  const { framesSent } = pair.host.statistics;
  pair.board.send(new Uint8Array(50));
  expect(pair.time.runNow(() => count(pair.atBoard) === 102, 100)).toBe(true);
  expect(pair.host.statistics.framesSent).toBe(framesSent + 1);
});

test("what is missing is asked for once, and again when the repetition is damaged, too", () => {
  const taken: number[] = [];
  const stream = new ReceiveStream({
    ...{ roomBytes: 1000, statistics: noStatistics() },
    onBytes: ({ length }) => taken.push(length),
  });
  const receive = (seq: number): string => stream.receive(seq, new Uint8Array(10));
  expect([0, 20, 30, 40].map(receive)).toEqual(["taken", "gap", "known-gap", "known-gap"]);
  // The sender has begun again at 10, and that frame is lost as well.
  expect([20, 30].map(receive)).toEqual(["gap", "known-gap"]);
  expect([10, 0, 20].map(receive)).toEqual(["taken", "duplicate", "taken"]);
  expect(taken).toEqual([10, 10, 10]);
});

test.each([
  ["the last frame", 0],
  ["the last frame, and what asks for it", 1],
])("%s is damaged: it is asked for long before the board's own time is up", async (_what, asked) => {
  const pair = await begun();
  const start = pair.time.now();
  pair.down.disturbance = { bitErrors: 1 };
  pair.board.send(new Uint8Array(100));
  pair.time.runNow(() => pair.host.statistics.badFrames > 0, 50);
  pair.down.disturbance = {};
  const { framesSent } = pair.host.statistics;
  pair.up.isCut = asked > 0;
  pair.time.runNow(() => pair.host.statistics.framesSent > framesSent, 50);
  pair.time.runNow(() => false, 2);
  pair.up.isCut = false;
  expect(pair.time.runNow(() => count(pair.atHost) === 100, 1000)).toBe(true);
  expect(pair.time.now() - start).toBeLessThan(asked > 0 ? 90 : 40);
  // Nothing is missing any more: silence is no reason to ask.
  const sent = pair.host.statistics.framesSent;
  pair.time.runNow(() => false, 500);
  expect(pair.host.statistics.framesSent - sent).toBeLessThanOrEqual(1);
});
