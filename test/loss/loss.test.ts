import { afterAll, beforeAll, expect, test } from "vitest";
import type { VirtualBoard } from "../../src/board/virtual-board.ts";
import { startBoard } from "../uart/start-board.ts";
import { runCampaign } from "./campaign.ts";
import { hazards } from "./hazards.ts";
import { ROUND_BYTES } from "./traffic.ts";

/** A slice of `npm run soak -- --variant line`, bit by bit: the real RTL, a real terminal, every byte compared. */
const BYTES_EACH_WAY = 128 * 1024;

let board: VirtualBoard;
beforeAll(async () => {
  board = await startBoard("bits");
});
afterAll(async () => {
  await board[Symbol.asyncDispose]();
});

test.each(Object.entries(hazards))(
  "%s: 256 KiB, of which not one byte is wrong or lost",
  async (name, hazard) => {
    const { rounds, lives, strikes, suffered } = await runCampaign({
      ...{ board, hazard: name, seed: 20_261, bytes: BYTES_EACH_WAY },
    });
    expect(rounds).toBe(BYTES_EACH_WAY / ROUND_BYTES);
    if (hazard.strike !== undefined) expect(strikes).toBeGreaterThan(0);
    if (hazard.isFatal) expect(lives.length).toBeGreaterThan(1);
    else expect(lives).toHaveLength(1);
    if (hazard.disturbances !== undefined) expect(suffered).toBeGreaterThan(0);
  },
  600_000,
);
