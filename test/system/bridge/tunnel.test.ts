import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import type { StatusCode } from "../../../src/wire/message.ts";
import { openTunnel } from "./open-tunnel.ts";
import { applyWrite, expectedBeats, randomReads, randomWrites } from "./random-bursts.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const { BASE } = SimulatedBoard;

/** One byte in `oneIn` is lost, changed, or followed by garbage. */
function noise(random: Random, oneIn: number): (byte: number) => number[] {
  return (byte) => {
    if (random.integer(1, oneIn) > 1) return [byte];
    const changed = byte ^ (1 << random.integer(0, 7));
    const outcomes = [[], [changed], [byte, random.integer(0, 255)]];
    return outcomes[random.integer(0, 2)] as number[];
  };
}

/** Some words answer with errors, of both kinds. */
function statusAt(address: bigint): StatusCode {
  if (address % 1024n !== 512n) return 0;
  return address % 2048n < 1024n ? 2 : 3;
}

test.each([
  { seed: 1n, dataWidth: 64, stalls: 0, isCut: false, oneIn: undefined },
  { seed: 2n, dataWidth: 64, stalls: 120, isCut: true, oneIn: undefined },
  { seed: 3n, dataWidth: 32, stalls: 0, isCut: true, oneIn: undefined },
  { seed: 4n, dataWidth: 32, stalls: 120, isCut: false, oneIn: undefined },
  { seed: 5n, dataWidth: 64, stalls: 30, isCut: true, oneIn: 4000 },
  { seed: 6n, dataWidth: 32, stalls: 30, isCut: true, oneIn: 1500 },
] as const)(
  "random bursts of $dataWidth bits arrive whole, in order and with their answers ($stalls stalls, noise $oneIn)",
  async ({ seed, dataWidth, stalls, isCut, oneIn }) => {
    const random = new Random(seed);
    const wordBytes = dataWidth / 8;
    const { board, device } = await openTunnel({ dataWidth, random, isCut, statusAt });
    if (oneIn !== undefined)
      board.line.disturbance = {
        up: noise(random.fork("up"), oneIn),
        down: noise(random.fork("down"), oneIn),
      };
    device.stalls = stalls;
    // Writes are in the lower half and reads in the upper, so that their order among each other does not matter.
    device.writes.push(
      ...randomWrites(random, wordBytes, BASE + BigInt(random.integer(0, 15)), BASE + 0x3000n),
    );
    device.reads.push(...randomReads(random, wordBytes, BASE + 0x8000n, 20));
    const memory = board.memory.slice();
    const world = { memory, base: BASE, statusAt };
    const responses = device.writes.map((burst) => ({
      id: burst.id,
      response: applyWrite(burst, wordBytes, world),
    }));
    const beats = device.reads.flatMap((burst) => expectedBeats(burst, wordBytes, world));
    await board.line.until(() => device.isDone, 8_000_000, "the bursts");
    expect(device.responses).toEqual(responses);
    expect(device.readBeats.map((beat) => (beat.response === 0 ? beat : { ...beat, data: 0n }))).toEqual(
      beats,
    );
    expect(Buffer.compare(board.memory, memory)).toBe(0);
    expect(board.lost).toEqual([]);
    if (oneIn !== undefined) expect(board.session.statistics.badFrames).toBeGreaterThan(0);
  },
);
