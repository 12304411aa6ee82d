import { expect, test } from "vitest";
import { openTunnel } from "./open-tunnel.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const { BASE } = SimulatedBoard;

test.each([
  { cyclesPerBit: 4, divider256: 1024 },
  { cyclesPerBit: 8.332, divider256: 2133 },
  { cyclesPerBit: 4.08, divider256: 1024 },
  { cyclesPerBit: 3.92, divider256: 1024 },
  { cyclesPerBit: 21.7, divider256: 5555 },
])(
  "a line of bits of $cyclesPerBit cycles carries everything, divider $divider256 / 256",
  async ({ cyclesPerBit, divider256 }) => {
    const { board, device } = await openTunnel({ cyclesPerBit, parameters: { DIVIDER_256: divider256 } });
    device.reads.push({ id: 1, address: BASE + 0x100n, beats: 100 });
    const beats = Array.from({ length: 40 }, (_, beat) => ({
      data: 0x0102_0304_0506_0708n * BigInt(beat),
      strobes: 0xff,
    }));
    device.writes.push({ id: 2, address: BASE + 0x1000n, beats });
    const wanted = Buffer.from(board.memory.slice(0x100, 0x100 + 800));
    await board.line.until(() => device.isDone, 2_000_000, "the bursts");
    expect(device.readBeats.map(({ data }) => data)).toEqual(
      Array.from({ length: 100 }, (_, beat) => wanted.readBigUInt64LE(8 * beat)),
    );
    const written = Buffer.from(board.memory.buffer);
    expect(beats.map((_, beat) => written.readBigUInt64LE(0x1000 + 8 * beat))).toEqual(
      beats.map(({ data }) => BigInt.asUintN(64, data)),
    );
    expect(board.session.statistics).toMatchObject({ badFrames: 0 });
  },
);

test("register reads cost at most 33 bytes of the line alone, both ways, and at most 10 each when there are many", async () => {
  const READS = 100;
  const { board } = await openTunnel({ cyclesPerBit: 4 });
  const cost = async (work: () => Promise<unknown>): Promise<number> => {
    const { up, down } = board.line.bytes;
    await work();
    // With what is acknowledged later.
    for (let cycle = 0; cycle < 120_000; cycle++) board.line.step();
    return (board.line.bytes.up - up + board.line.bytes.down - down) / READS;
  };
  const alone = await cost(async () => {
    for (let read = 0; read < READS; read++) expect(await board.read(16)).toBe(0);
  });
  const many = await cost(async () => {
    const asked = Array.from(
      { length: READS },
      () => ({ kind: "register-read", address: 16, width: 32 }) as const,
    );
    board.send(...asked);
    await board.take(READS);
  });
  expect(alone).toBeLessThanOrEqual(33);
  expect(many).toBeLessThanOrEqual(10);
});
