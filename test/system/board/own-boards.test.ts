import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { boardNames, loadBoard } from "../../../src/board/load-board.ts";
import { BOARDS } from "../../../src/board/own-boards.ts";
import { silentLog } from "../../../src/core/log.ts";
import { boardDesign } from "../../../src/links/board-design.ts";
import { openLink } from "../../../src/links/registry.ts";
import { startOnBoard } from "../../../src/links/start-board.ts";
import { breaker } from "./breaker-device.ts";
import { Control, requests } from "./control.ts";

/** The boards that come with hilt, with a device in them. */

const cacheDirectory = ".hilt/cache";
const VIOLATION = 8;
const READ_4KIB = 0;

test.each(boardNames([BOARDS]))(
  "the top of %s, its bridge and our controller have nothing that Verilator complains about",
  (name) => {
    const board = loadBoard(name, [BOARDS]);
    const { files, includeDirectories } = boardDesign(board, undefined, `${cacheDirectory}/boards`);
    const args = [
      ...[
        "--lint-only",
        "-Wall",
        "--top-module",
        "top",
        ...includeDirectories.map((folder) => `-I${folder}`),
      ],
    ];
    const { stdout, stderr } = spawnSync("verilator", [...args, ...files], { encoding: "utf8" });
    expect(`${stdout}${stderr}`).toBe("");
  },
);

test("the build hash is that of contents: it changes with a parameter, and with another device", () => {
  const directory = `${cacheDirectory}/boards`;
  const board = loadBoard("icebreaker", [BOARDS]);
  const { buildHash } = boardDesign(board, undefined, directory);
  expect(boardDesign(board, undefined, `${cacheDirectory}/elsewhere`).buildHash).toBe(buildHash);
  const slower = { ...board, uart: { ...board.uart, baud: 1_000_000 } };
  const others = [boardDesign(slower, undefined, directory), boardDesign(board, breaker, directory)];
  expect(new Set([buildHash, ...others.map((other) => other.buildHash)]).size).toBe(3);
});

test("a device that breaks a rule of AXI is reported with cycle, address and rule", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hilt brett ü "));
  const board = loadBoard("icebreaker", [BOARDS]);
  await using started = await startOnBoard({
    ...{ name: "breaker", board, device: breaker, mode: "bytes", seed: 1n },
    ...{ folder: join(folder, "board"), cacheDirectory },
  });
  const control = await Control.open(started.control);
  await control.ask(requests.events, Buffer.from([1 << (VIOLATION - 1)]));
  await using link = await openLink(
    "breaker",
    { link: "uart", port: started.port },
    { cacheDirectory, log: silentLog, seed: 1n },
  );
  link.writeRegister(0, 1);
  expect(await link.readRegister(0)).toBe(7);
  const { code, payload } = await control.next();
  expect([code, payload.readUInt8(0)]).toEqual([16, VIOLATION]);
  expect(payload.readBigUInt64LE(4)).toBeGreaterThan(0n);
  expect([payload.readBigUInt64LE(12), payload.readUInt32LE(20)]).toEqual([0x5ff8n, READ_4KIB]);
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a target that names a virtual board has it started, and its broken rules are events of the link", async () => {
  await using link = await openLink(
    "target",
    { link: "uart", board: "virtual-icebreaker", line: "bytes", device: breaker, buildHash: "current" },
    { cacheDirectory, log: silentLog, seed: 1n },
  );
  expect(link.traits.busRules).toBe(true);
  const rules: unknown[] = [];
  link.onEvent((event) => {
    if (event.kind === "violation") rules.push([event.rule, event.address]);
  });
  link.writeRegister(0, 1);
  expect(await link.readRegister(0)).toBe(7);
  await link.idle(1_000);
  expect(rules).toEqual([["AXI_READ_4KIB", 0x5ff8n]]);
});
