import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadBoard } from "../src/board/load-board.ts";
import { BOARDS } from "../src/board/own-boards.ts";
import { LINE_DIVIDER } from "../src/board/virtual-source.ts";
import type { Link } from "../src/bus/link.ts";
import { silentLog } from "../src/core/log.ts";
import type { Model } from "../src/engine/engine.ts";
import { recordedScopes } from "../src/engine/verilator/recorded-scopes.ts";
import { startOnBoard } from "../src/links/start-board.ts";
import { kind } from "../src/links/uart/uart-kind.ts";
import { ControlChannel } from "../src/wire/control-channel.ts";
import { ControlCode } from "../src/wire/control-message.ts";
import { type Figure, figure } from "./figure.ts";
import { openDriver } from "./open-driver.ts";
import { buildReplay, recordedLine } from "./replayed-top.ts";

const NAME = "ulx3s";
const PAIRS = 5;
const TRANSFERS = 12;
const TRANSFER_BYTES = 16 * 1024;
/** So many transfers are recorded, for the top alone to see again. */
const RECORDED_TRANSFERS = 4;
const READS = 400;
/** Both directions of a line of 3 Mbaud in a second. */
const LINE_BYTES = 600_000;

/**
 * The virtual ULX3S, its line bit by bit and busy in both directions, beside the model of its top alone in a loop of C++, which
 * sees the same line from a record, in turn; what a register read takes on it, and what it costs the host.
 */
export async function measureBoard(cacheDirectory: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-bench-board-"));
  try {
    const top = await topAlone(folder, cacheDirectory);
    await using board = await openBoard(folder, cacheDirectory, false);
    const { link, control, pid } = board;
    const waits = await readTimes(link);
    return [...readFigures(waits), ...(await busyFigures(link, top, () => stateOf(control, pid)))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `waves`: with a record of its line from power-up on. */
async function openBoard(folder: string, cacheDirectory: string, waves: boolean) {
  const board = loadBoard(NAME, [BOARDS]);
  const started = await startOnBoard({
    ...{ name: NAME, board, mode: "bits", folder, seed: 1n, cacheDirectory, waves, log: silentLog },
  });
  const control = await ControlChannel.connect(started.control);
  const file = join(folder, "line.fst");
  if (waves) await control.beginWaves(file, recordedScopes("hilt_virtual_board", ["rxd", "txd"]));
  const port = { port: started.port };
  const connection = await kind.connect(NAME, port, port, { log: silentLog });
  const link = await connection.fresh({ seed: 1n, log: silentLog });
  return {
    ...{ link, control, file, design: started.design, pid: started.pid },
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
      control[Symbol.dispose]();
      await started[Symbol.asyncDispose]();
    },
  };
}

/** The top alone, with a record of its line while transfers were made. */
interface TopAlone {
  readonly model: Model;
  /** Cycles from power-up until the transfers began, and until they had ended. */
  readonly from: number;
  readonly to: number;
}

async function topAlone(folder: string, cacheDirectory: string): Promise<TopAlone> {
  await using board = await openBoard(folder, cacheDirectory, true);
  const { link, control, file, design } = board;
  await using transfers = await openTransfers(link);
  const from = await control.cycle();
  await transfers.run(RECORDED_TRANSFERS);
  const to = await control.cycle();
  await control.endWaves();
  return { model: await buildReplay(design, recordedLine(file), folder, cacheDirectory), from, to };
}

/** Transfers in both directions at once. */
async function openTransfers(link: Link) {
  const { host, driver } = await openDriver(link);
  const [source, target] = [
    host.allocate({ lengthBytes: TRANSFER_BYTES }),
    host.allocate({ lengthBytes: TRANSFER_BYTES }),
  ];
  return {
    async run(count: number): Promise<void> {
      for (let done = 0; done < count; done++)
        await Promise.all([driver.hostToCard(source), driver.cardToHost(target)]);
    },
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
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
  top: TopAlone,
  stateNow: () => Promise<BoardState>,
): Promise<Figure[]> {
  await using transfers = await openTransfers(link);
  const [speeds, ratios, loads, shares]: number[][] = [[], [], [], []];
  for (let round = 0; round < PAIRS; round++) {
    const bare = bareSpeed(top);
    const [from, before] = [await stateNow(), process.cpuUsage()];
    await transfers.run(TRANSFERS);
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
    figure(
      "virtual board : its top alone",
      "",
      ratios ?? [],
      "CPU time, paired; the top alone sees a record of the same line",
    ),
    figure(
      "host of the virtual board, scaled to 3 Mbaud",
      "% of a core",
      loads ?? [],
      "driver, link, session, port; a byte of the slower virtual line comes in smaller pieces, which a real one does not bring",
    ),
  ];
}

/** Cycles per CPU second of the loop in sim/verilator/model.cpp. */
function bareSpeed({ model, from, to }: TopAlone): number {
  const simulation = model.open({ seed: 1n });
  simulation.run(from);
  const start = process.cpuUsage();
  simulation.run(to - from);
  const { user, system } = process.cpuUsage(start);
  simulation.close();
  return ((to - from) * 1e6) / (user + system);
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
