import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { logicalAddress, physicalAddress } from "../src/core/address.ts";
import { silentLog } from "../src/core/log.ts";
import { kind } from "../src/links/uart/uart-kind.ts";
import type { UartLink } from "../src/links/uart/uart-link.ts";
import { type Figure, figure } from "./figure.ts";

const NAME = "board";
const ADDRESS = 0x1000_0000;
const WARM_MS = 3000;
const SAMPLE_MS = 1000;
const SAMPLES = 9;
/** Both directions of a line of 3 Mbaud in a second. */
const LINE_BYTES = 600_000;

/** What a board at 3 Mbaud costs the host when its device reads and writes host memory all the time: link, session, port. */
export async function measureHost(): Promise<Figure[]> {
  const board = fork(fileURLToPath(new URL("paced-board.ts", import.meta.url)));
  try {
    const [{ path }] = (await once(board, "message")) as [{ path: string }];
    return [await busyHost(path)];
  } finally {
    await ended(board);
  }
}

async function busyHost(port: string): Promise<Figure> {
  await using connection = await kind.connect(NAME, { port }, { port }, { log: silentLog });
  const banks = [{ base: ADDRESS, bytes: 1 << 20 }];
  await using link = (await connection.fresh({ seed: 1n, log: silentLog, banks })) as UartLink;
  link.windows.open({
    ...{ logical: logicalAddress(BigInt(ADDRESS)), physical: physicalAddress(BigInt(ADDRESS)) },
    ...{ lengthBytes: 4096, access: "read-write", use: "shared" },
  });
  link.writeRegister(0, ADDRESS);
  await sleep(WARM_MS);
  const [loads, shares]: [number[], number[]] = [[], []];
  while (loads.length < SAMPLES) {
    const [cpu, bytes, start] = [process.cpuUsage(), carried(link), performance.now()];
    await sleep(SAMPLE_MS);
    const { user, system } = process.cpuUsage(cpu);
    const moved = carried(link) - bytes;
    loads.push((((user + system) / 1e6) * 100 * LINE_BYTES) / moved);
    shares.push((100_000 * moved) / (performance.now() - start) / LINE_BYTES);
  }
  const busy = figure("", "", shares).median.toFixed(0);
  return figure(
    "host of a board, both directions of 3 Mbaud",
    "% of a core",
    loads,
    `link, session, port; beside a board's end in TypeScript that sends each millisecond, the line ${busy} % busy`,
  );
}

function carried({ statistics }: UartLink): number {
  return statistics.bytesSent + statistics.bytesReceived;
}

async function ended(board: ChildProcess): Promise<void> {
  board.disconnect();
  if (board.exitCode === null) await once(board, "exit");
}
