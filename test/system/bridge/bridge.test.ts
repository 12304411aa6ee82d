import { expect, test } from "vitest";
import { openBoard, SimulatedBoard } from "./simulated-board.ts";

const SCRATCH = 0x18;

async function dmaBoard(): Promise<SimulatedBoard> {
  return new SimulatedBoard(await openBoard("bridge_dma", ["bridge_dma.v"]));
}

test("a session begins with the identity of the board, and its registers are read and written", async () => {
  const board = await dmaBoard();
  expect(board.simulation.port("link_up").read()).toBe(0);
  const identity = await board.begin();
  expect(board.simulation.port("link_up").read()).toBe(1);
  expect(identity).toEqual({
    ...{ version: 1, registerBits: 32, memoryBits: 64, memoryAddressBits: 64, registerAddressBits: 16 },
    ...{ interruptLines: 1, mtu: 1024, receiveRing: 4096, transmitRing: 4096, clockHz: 500_000 },
    ...{ buildHash: 0xfeedc0de, readAhead: 2048, reason: 0 },
  });
  expect(await board.read(0)).toBe(0x544c4948);
  board.write(SCRATCH, 0x89ab_00cd);
  expect(await board.take(1)).toEqual([{ kind: "register-written", status: 0 }]);
  expect(await board.read(SCRATCH)).toBe(0x89ab_00cd);
});

test("a hundred accesses and fences sent at once are done and answered in their order", async () => {
  const board = await dmaBoard();
  await board.begin();
  const values = Array.from({ length: 100 }, (_, index) => (index * 0x9e3779b9) >>> 0);
  for (const [index, value] of values.entries()) {
    board.write(SCRATCH, value);
    board.send({ kind: "register-read", address: SCRATCH, width: 32 }, { kind: "fence", mark: index });
  }
  expect(await board.take(300)).toEqual(
    values.flatMap((value, mark) => [
      { kind: "register-written", status: 0 },
      { kind: "register-value", status: 0, width: 32, value },
      { kind: "fence-passed", mark },
    ]),
  );
});

test("a new session resets the device", async () => {
  const board = await dmaBoard();
  await board.begin();
  board.write(SCRATCH, 1);
  await board.take(1);
  expect(await board.read(SCRATCH)).toBe(1);
  await board.begin();
  expect(await board.read(SCRATCH)).toBe(0);
  expect(board.lost).toEqual([]);
});
