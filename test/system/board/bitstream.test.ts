import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildBitstream } from "../../../src/board/build-bitstream.ts";
import { BOARDS, loadBoard } from "../../../src/board/load-board.ts";
import { boardDesign } from "../../../src/links/board-design.ts";
import { breaker } from "./breaker-device.ts";

/** Bitstreams by open tools: the bridge with a small device on the smallest FPGA. Whole tops take minutes. */

const { signal } = new AbortController();

test("the bridge with a small device fits an iCEBreaker, in time for its clock, and says what it was built of", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hilt bitstrom ü "));
  try {
    const board = loadBoard("icebreaker", [BOARDS]);
    const design = boardDesign(board, breaker, folder);
    const { file, utilisation, maximumHz } = await buildBitstream(board, design, join(folder, "out"), signal);
    // The preamble of iCE40 bitstreams.
    expect(readFileSync(file).includes(Buffer.from([0x7e, 0xaa, 0x99, 0x7e]))).toBe(true);
    expect(maximumHz).toBeGreaterThan(12_000_000);
    const cells = utilisation.find(({ what }) => what === "ICESTORM_LC");
    expect(cells?.available).toBe(5280);
    expect(cells?.used).toBeGreaterThan(500);
    const script = readFileSync(join(folder, "out/synthesis.ys"), "utf8");
    expect(script).toContain("-chparam BUILD_HASH");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a tool that is not installed is reported before anything is computed", async () => {
  const board = loadBoard("icebreaker", [BOARDS]);
  const design = boardDesign(board, breaker, ".hilt/cache/boards");
  const path = process.env["PATH"];
  process.env["PATH"] = "/nowhere";
  try {
    await expect(buildBitstream(board, design, "/nowhere/out", signal)).rejects.toThrow(
      "yosys is not on the PATH",
    );
  } finally {
    process.env["PATH"] = path;
  }
});
