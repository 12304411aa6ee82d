import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Link } from "../src/bus/link.ts";
import { silentLog } from "../src/core/log.ts";
import { PcieConnection } from "../src/links/pcie/pcie-connection.ts";
import { SlotConnection } from "../src/links/slot/slot-connection.ts";
import { SlotControl } from "../src/links/slot/slot-control.ts";
import { buildSlot, startSlot } from "../src/links/slot/start-slot.ts";
import { VfioUserDevice } from "../src/links/slot/vfio-user-device.ts";
import { type Figure, figure } from "./figure.ts";
import { prepareTransfers } from "./register-transfers.ts";

const INTERRUPTS = 1000;
const WARMING = 200;
const STALL_MS = 20_000;
const LIMIT_CYCLES = 100_000_000;

/**
 * Wall time from the slot's signal on the eventfd to the code after the wait in this process, by the clock that both have:
 * of a slot that is stepped, and of one that runs by itself, as a card does.
 */
export async function slotInterrupts(cacheDirectory: string): Promise<Figure[]> {
  const settings = {};
  const built = await buildSlot({ settings, cacheDirectory, log: silentLog });
  const figures: Figure[] = [];
  for (const time of ["stepped", "free"] as const) {
    const folder = mkdtempSync(join(tmpdir(), "hilt-bench-slot-"));
    const slot = await startSlot({ name: "slot", settings, built, folder, time });
    const connection =
      time === "stepped"
        ? new SlotConnection({ name: "slot", settings, slot, stallMs: STALL_MS, patterns: undefined })
        : new PcieConnection(
            "slot",
            {},
            new VfioUserDevice("slot", slot.socket, { limitMs: STALL_MS, onRefusedMapping }),
          );
    try {
      await using link = await connection.fresh({ seed: 1n, log: silentLog });
      // A slot tells whom it had first what happens.
      using control = new SlotControl("slot", slot.control, STALL_MS);
      const samples = await signalsToCallbacks(link, control);
      figures.push(
        figure(
          `interrupt to callback, slot, ${time === "stepped" ? "stepped" : "running by itself"}`,
          "µs",
          samples,
          spread(samples),
        ),
      );
    } finally {
      await connection[Symbol.asyncDispose]();
      await slot[Symbol.asyncDispose]();
    }
  }
  return figures;
}

async function signalsToCallbacks(link: Link, control: SlotControl): Promise<number[]> {
  await prepareTransfers(link);
  const interrupt = link.listen();
  const samples: number[] = [];
  for (let n = -WARMING; n < INTERRUPTS; n++) {
    link.writeRegister(0x28, 1);
    const isMet = await interrupt.wait(LIMIT_CYCLES);
    const now = process.hrtime.bigint();
    if (!isMet) throw new Error("no interrupt");
    link.writeRegister(0x20, 0xffff_ffff);
    await link.readRegister(0);
    if (n >= 0) samples.push(Number(now - control.lastMessageNs()) / 1000);
  }
  return samples;
}

function spread(samples: readonly number[]): string {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * sorted.length)] as number).toFixed(0);
  return `wall time from the signal on the eventfd; least ${at(0)}, of a hundred the last at ${at(0.99)}`;
}

function onRefusedMapping(_iova: bigint, error: Error): void {
  throw error;
}
