import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "vitest";
import { Control } from "../system/board/control.ts";
import { startBoard } from "../uart/start-board.ts";
import { connected } from "./connected.ts";
import { describeLinkContract } from "./link-contract.ts";
import { rejection } from "./suite/contract-context.ts";

/** The whole contract on a virtual board: serialport, a pseudo-terminal, the bridge and the controller in Verilog. */
const board = await startBoard();
const control = await Control.open(board.control);
afterAll(async () => {
  control.close();
  await board[Symbol.asyncDispose]();
});

const UNPLUGGED_MS = 50;
const link = connected("target", { link: "uart", port: board.port, replugMs: 0 });
// Its host is never put to sleep: the device would wait for host memory.
describeLinkContract("a virtual board on a serial line", link.open, {
  ...link,
  async lose(lost) {
    await control.unplug(UNPLUGGED_MS);
    await rejection(lost.idle(Number.MAX_SAFE_INTEGER));
    while (!existsSync(board.port)) await sleep(UNPLUGGED_MS);
  },
});
