import type { Link } from "../src/bus/link.ts";
import { silentLog } from "../src/core/log.ts";
import { openLink } from "../src/links/registry.ts";
import { type Figure, figure } from "./figure.ts";
import { awaitedTransfers, prepareTransfers } from "./register-transfers.ts";
import { slotInterrupts } from "./slot-interrupts.ts";
import { treeMicroseconds } from "./tree-microseconds.ts";

const READS = 4000;
const INTERRUPTS = 2000;
/** The speed of a machine changes from one moment to the next: many short ones. */
const PAIRS = 150;
/** In a row, as data come: one by one each finds the caches full of what the other has done. */
const TRANSFERS = 4;
/** The card's memory has 128 KiB. */
const TRANSFER_BYTES = 1 << 17;

/**
 * A simulated slot: wall time of a register read and of an interrupt, and the CPU time of both processes for data, beside the
 * engine `verilator` in this process, a few transfers each in turn.
 */
export async function measureSlot(cacheDirectory: string): Promise<Figure[]> {
  const options = { seed: 1n, cacheDirectory, log: silentLog };
  await using slot = await openLink("slot", { link: "slot" }, options);
  await using engine = await openLink("verilator", { link: "simulator", engine: "verilator" }, options);
  const reads = await microsecondsOf(READS, () => slot.readRegister(0));
  const figures = [figure("register read, slot", "µs", reads, spread(reads))];
  const base = await prepareTransfers(slot);
  await prepareTransfers(engine);
  const interrupt = slot.listen();
  const waits = await microsecondsOf(INTERRUPTS, async () => {
    slot.writeRegister(0x28, 1);
    if (!(await interrupt.wait(10_000))) throw new Error("no interrupt");
    slot.writeRegister(0x20, 0xffff_ffff);
  });
  figures.push(
    figure("write that raises an interrupt, wait, write that clears it, slot", "µs", waits, spread(waits)),
  );
  return [...figures, ...(await slotInterrupts(cacheDirectory)), ...(await dataFigures(slot, engine, base))];
}

async function dataFigures(slot: Link, engine: Link, base: bigint): Promise<Figure[]> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    ours.push(await cpuOf(() => awaitedTransfers(slot, base, TRANSFER_BYTES, TRANSFERS)));
    theirs.push(await cpuOf(() => awaitedTransfers(engine, base, TRANSFER_BYTES, TRANSFERS)));
  }
  const ratios = ours.map((one, index) => one / (theirs[index] as number));
  const note = "CPU time of all processes";
  return [
    figure(`${TRANSFERS} times 128 KiB, slot`, "ms", ours, note),
    figure(`${TRANSFERS} times 128 KiB, engine verilator`, "ms", theirs, note),
    figure("128 KiB, slot to engine", "ratio", ratios, "pair by pair"),
  ];
}

async function microsecondsOf(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < times; n++) {
    const start = performance.now();
    await work();
    samples.push(1000 * (performance.now() - start));
  }
  return samples;
}

function spread(samples: readonly number[]): string {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * sorted.length)] as number).toFixed(0);
  return `wall time; least ${at(0)}, of a hundred the last at ${at(0.99)}`;
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  return (await treeMicroseconds(work)) / 1000;
}
