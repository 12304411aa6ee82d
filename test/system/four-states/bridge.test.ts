import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { parseFileList } from "../../../src/engine/file-list.ts";
import { openTunnel } from "../bridge/open-tunnel.ts";
import { randomReads, randomWrites } from "../bridge/random-bursts.ts";
import { SimulatedBoard } from "../bridge/simulated-board.ts";
import { meaningOf } from "./four-state-bus.ts";
import { type PortRecording, portsOf, recordPorts } from "./port-recording.ts";
import { replayInIcarus } from "./replay.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const { BASE } = SimulatedBoard;
const VALID = 0x100n;

const folder = mkdtempSync(join(tmpdir(), "bridge four states ö-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A line of bytes between two bytes has VALID low, and the rest of it means nothing. */
function quietLine({ ports, rows }: PortRecording, meaning: bigint[][]): bigint[][] {
  const lines = ports.flatMap(({ name }, index) => (name === "rxd" || name === "txd" ? [index] : []));
  for (const [at, masks] of meaning.entries())
    for (const line of lines)
      if (((rows[at]?.[line] as bigint) & VALID) === 0n) masks[line] = (masks[line] as bigint) & VALID;
  return meaning;
}

test.each([64, 32] as const)(
  "the bridge does in four states what it does in two, with X on idle channels and in lanes without a strobe: %i bits",
  async (dataWidth) => {
    const random = new Random(BigInt(dataWidth));
    const statusAt = (address: bigint) => (address % 1024n === 512n ? 2 : 0);
    const { board, device } = await openTunnel({ dataWidth, random, statusAt });
    const source = {
      top: "bridge",
      ...parseFileList(join(ROOT, "rtl/bridge/bridge.f"), ROOT),
      parameters: { LINE_W: 9, CLOCK_HZ: 500_000, DATA_W: dataWidth },
      clock: "clk",
    };
    const { simulation } = board;
    const recording = recordPorts(simulation, await portsOf(source, ".hilt/cache"));
    simulation.port("rst").write(1);
    simulation.run(4);
    simulation.port("rst").write(0);
    await board.begin();
    device.stalls = 60;
    device.registers.set(8, 77);
    expect(await board.read(8)).toBe(77);
    device.writes.push(...randomWrites(random, dataWidth / 8, BASE + 3n, BASE + 0x800n));
    device.reads.push(...randomReads(random, dataWidth / 8, BASE + 0x8000n, 5));
    await board.line.until(() => device.isDone, 400_000, "the bursts");
    board.write(8, 99);
    await board.take(1);
    device.irq = 1;
    await board.line.until(() => board.interrupts.at(-1) === 1, 20_000, "the interrupt");
    expect(await board.read(8)).toBe(99);
    // The session's state resets everything else, one edge later.
    const buses = [{ prefix: "m_axil_" }, { prefix: "s_axi_", isKnown: () => true }];
    const meaning = quietLine(recording, meaningOf(recording, buses, { port: "rst", edges: 2 }));
    expect(replayInIcarus(join(folder, `${dataWidth}`), { source, recording, meaning })).toBeUndefined();
  },
);
