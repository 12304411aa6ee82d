import { describe, expect, test } from "vitest";
import { Pair, type PairOptions } from "../../wire/pair.ts";

/** What a session makes of the line's time. */

describe("a line that has more than a frame to send", () => {
  /** 300 bytes a ms; an acknowledgement takes 100 ms. */
  async function far(): Promise<Pair> {
    const pair = new Pair({ delayMs: 50 });
    await pair.begin();
    return pair;
  }

  test("does not stand still until an acknowledgement comes", async () => {
    const pair = await far();
    const { carried } = pair.up;
    for (let count = 0; count < 5; count++) {
      pair.host.send(Buffer.alloc(300, 0x5a));
      pair.time.runNow(() => false, 0.1);
    }
    pair.time.runNow(() => false, 5);
    expect(pair.up.carried - carried).toBeGreaterThan(1500);
  });

  test("sends what comes meanwhile in few frames", async () => {
    const pair = await far();
    const { framesSent } = pair.host.statistics;
    pair.host.send(Buffer.alloc(1500, 0x5a));
    pair.time.runNow(() => false, 0);
    for (let count = 0; count < 20; count++) {
      pair.host.send(Buffer.alloc(10, 0xa5));
      pair.time.runNow(() => false, 0.1);
    }
    pair.time.runNow(() => false, 10);
    expect(pair.host.statistics.framesSent - framesSent).toBe(3);
  });
});

describe("bytes on the line", () => {
  /** Bytes that cross for `work`. */
  async function cost(
    options: PairOptions,
    work: (pair: Pair) => void,
  ): Promise<{ up: number; down: number }> {
    const pair = new Pair(options);
    await pair.begin();
    pair.time.runNow(() => false, 100);
    const { carried: up } = pair.up;
    const { carried: down } = pair.down;
    work(pair);
    return { up: pair.up.carried - up, down: pair.down.carried - down };
  }
  test("register reads: at most 33 bytes alone, at most 10 each when there are many", async () => {
    let pair: Pair;
    let answers = 0;
    const options: PairOptions = {
      onBoardBytes: (bytes) => {
        pair.board.release(bytes.length);
        for (let i = 0; i < bytes.length; i += 3) pair.board.send(Uint8Array.of(0x30, 1, 2, 3, 4));
      },
      onHostBytes: (bytes) => {
        answers += bytes.length / 5;
      },
    };
    const READS = 200;
    const request = Uint8Array.of(0x80, 0x10, 0x00);
    const alone = await cost(options, (fresh) => {
      pair = fresh;
      for (answers = 0; answers < READS; ) {
        const before = answers;
        pair.host.send(request);
        pair.time.runNow(() => answers > before, 1000);
      }
    });
    expect((alone.up + alone.down) / READS).toBeLessThanOrEqual(33);
    const together = await cost(options, (fresh) => {
      pair = fresh;
      answers = 0;
      for (let i = 0; i < READS; i++) pair.host.send(request);
      pair.time.runNow(() => answers === READS, 1000);
      pair.time.runNow(() => false, 20);
    });
    expect((together.up + together.down) / READS).toBeLessThanOrEqual(10);
  });
});
