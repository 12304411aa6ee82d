import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildBitstream } from "../../../src/board/build-bitstream.ts";
import { loadBoard } from "../../../src/board/load-board.ts";
import { BOARDS } from "../../../src/board/own-boards.ts";
import { boardDesign } from "../../../src/links/board-design.ts";
import { breaker } from "./breaker-device.ts";

/** What no bitstream comes of. Whole ones are made in test/cli/bitstream.test.ts. */

const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), "hilt bitstrom ü "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a design that does not fit is refused before it is placed, with what it needs", async () => {
  const pins = ["clk_12mhz 21", "uart_rx 9", "uart_tx 8", "led_red_n 99", "led_green_n 98"];
  writeFileSync(join(folder, "small.pcf"), pins.map((pin) => `set_io ${pin}\n`).join(""));
  const board = {
    ...loadBoard("icebreaker", [BOARDS]),
    ...{ name: "small", folder, constraints: "small.pcf" },
    fpga: { family: "ice40", device: "hx1k", package: "tq144" } as const,
  };
  const design = boardDesign(loadBoard("icebreaker", [BOARDS]), breaker, folder);
  await expect(buildBitstream(board, design, join(folder, "small"), signal)).rejects.toThrow(
    /^board small: nextpnr: the design needs \d{4} ICESTORM_LC, and the FPGA has 1280$/,
  );
}, 300_000);

test("a tool that is not installed is reported before anything is computed", async () => {
  const board = loadBoard("icebreaker", [BOARDS]);
  const design = boardDesign(board, breaker, ".hilt/cache/boards");
  const path = process.env["PATH"];
  process.env["PATH"] = "/nowhere";
  try {
    await expect(buildBitstream(board, design, "/nowhere/out", signal)).rejects.toThrow(
      "yosys is not on the PATH: apt-get install yosys nextpnr-ice40 fpga-icestorm",
    );
  } finally {
    process.env["PATH"] = path;
  }
});
