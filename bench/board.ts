import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOARDS, loadBoard } from "../src/board/load-board.ts";
import { LINE_DIVIDER } from "../src/board/virtual-source.ts";
import type { Link } from "../src/bus/link.ts";
import { silentLog } from "../src/core/log.ts";
import type { Simulation } from "../src/engine/engine.ts";
import { VerilatorEngine } from "../src/engine/verilator-engine.ts";
import { boardDesign } from "../src/links/board-design.ts";
import { startOnBoard } from "../src/links/start-board.ts";
import { kind } from "../src/links/uart/uart-kind.ts";
import { ControlChannel } from "../src/wire/control-channel.ts";
import { ControlCode } from "../src/wire/control-message.ts";
import { type Figure, figure } from "./figure.ts";
import { openDriver } from "./open-driver.ts";

const NAME = "ulx3s";
const PAIRS = 5;
const TRANSFERS = 12;
const TRANSFER_BYTES = 16 * 1024;
const BARE_CYCLES = 4_000_000;
const READS = 400;
/** Both directions of a line of 3 Mbaud in a second. */
const LINE_BYTES = 600_000;

/**
 * The virtual ULX3S, its line bit by bit and busy in both directions, beside the model of its top alone in a loop of C++, slice
 * by slice in turn; what a register read takes on it, and what it costs the host.
 */
export async function measureBoard(cacheDirectory: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-bench-board-"));
  try {
    const board = loadBoard(NAME, [BOARDS]);
    await using started = await startOnBoard({
      ...{ name: NAME, board, mode: "bits", folder, seed: 1n, cacheDirectory, log: silentLog },
    });
    using control = await ControlChannel.connect(started.control);
    const port = { port: started.port };
    await using connection = await kind.connect(NAME, port, port, { log: silentLog });
    await using link = await connection.fresh({ seed: 1n, log: silentLog });
    const [top, waits] = [await openTop(cacheDirectory), await readTimes(link)];
    return [...readFigures(waits), ...(await busyFigures(link, top, () => stateOf(control, started.pid)))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds, in order. */
async function readTimes(link: Link): Promise<number[]> {
  const waits: number[] = [];
  while (waits.length < READS) {
    const start = performance.now();
    await link.readRegister(0);
    waits.push(performance.now() - start);
  }
  return waits.sort((a, b) => a - b);
}

function readFigures(waits: readonly number[]): Figure[] {
  const [least = 0] = waits;
  const note = `least ${least.toFixed(2)} ms; wall time, which a busy machine makes longer`;
  return [figure("register read, virtual board, bit by bit", "ms", waits, note)];
}

interface BoardState {
  readonly cycle: number;
  /** Seconds that the process has computed. */
  readonly cpu: number;
  /** Over the line, both ways. */
  readonly bytes: number;
}

async function busyFigures(
  link: Link,
  top: Simulation,
  stateNow: () => Promise<BoardState>,
): Promise<Figure[]> {
  const { host, driver: opened } = await openDriver(link);
  await using driver = opened;
  const [source, target] = [
    host.allocate({ lengthBytes: TRANSFER_BYTES }),
    host.allocate({ lengthBytes: TRANSFER_BYTES }),
  ];
  const [speeds, ratios, loads, shares]: number[][] = [[], [], [], []];
  for (let round = 0; round < PAIRS; round++) {
    const bare = bareSpeed(top);
    const [from, before] = [await stateNow(), process.cpuUsage()];
    for (let count = 0; count < TRANSFERS; count++)
      await Promise.all([driver.hostToCard(source), driver.cardToHost(target)]);
    const { user, system } = process.cpuUsage(before);
    const to = await stateNow();
    const [cycles, bytes] = [to.cycle - from.cycle, to.bytes - from.bytes];
    const speed = cycles / (to.cpu - from.cpu);
    speeds?.push(speed / 1e6);
    ratios?.push(speed / bare);
    loads?.push((((user + system) / 1e6) * 100 * LINE_BYTES) / bytes);
    shares?.push((100 * bytes * 10 * LINE_DIVIDER) / cycles / 2);
  }
  const busy = figure("", "", shares ?? []).median.toFixed(0);
  return [
    figure(
      "virtual board, bit by bit",
      "million cycles per CPU second",
      speeds ?? [],
      `transfers both ways at once, the line ${busy} % busy`,
    ),
    figure("virtual board : its top alone", "", ratios ?? [], "CPU time, paired; the top alone is at rest"),
    figure(
      "host of a board, both directions of 3 Mbaud",
      "% of a core",
      loads ?? [],
      "driver, link, session, serialport; from the CPU time of a byte on the slower virtual line, in smaller pieces",
    ),
  ];
}

/** The top without the far end of its line, which is at rest. */
async function openTop(cacheDirectory: string): Promise<Simulation> {
  const board = loadBoard(NAME, [BOARDS]);
  const design = boardDesign(board, undefined, join(cacheDirectory, "boards"));
  const { top, files, includeDirectories, parameters, ports } = design;
  const model = await new VerilatorEngine({ cacheDirectory }).build({
    ...{ top, files, includeDirectories, clock: ports.clock },
    parameters: { ...parameters, LINE_W: 1, DIVIDER_256: 256 * LINE_DIVIDER },
  });
  const simulation = model.open({ seed: 1n });
  simulation.port(ports.receive).write(1);
  return simulation;
}

/** Cycles per CPU second of the loop in sim/verilator/model.cpp. */
function bareSpeed(simulation: Simulation): number {
  const start = process.cpuUsage();
  simulation.run(BARE_CYCLES);
  const { user, system } = process.cpuUsage(start);
  return (BARE_CYCLES * 1e6) / (user + system);
}

async function stateOf(control: ControlChannel, pid: number): Promise<BoardState> {
  const cycle = await control.cycle();
  const line = Buffer.from(await control.ask(ControlCode.line));
  const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const [user = 0, system = 0] = fields.split(" ").slice(11, 13).map(Number);
  return {
    ...{ cycle, cpu: (user + system) / 100 },
    bytes: Number(line.readBigUInt64LE(0) + line.readBigUInt64LE(8)),
  };
}
