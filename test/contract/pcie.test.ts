import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import type { DeviceSource } from "../../src/links/device-source.ts";
import { PcieConnection } from "../../src/links/pcie/pcie-connection.ts";
import { buildSlot, startSlot } from "../../src/links/slot/start-slot.ts";
import { VfioUserDevice } from "../../src/links/slot/vfio-user-device.ts";
import { ringer } from "../system/foreign/ringer.ts";
import { describeLinkContract } from "./link-contract.ts";

/**
 * The link to a card, on a simulated slot that runs by itself, as a card does: everything but the kernel's VFIO, which has the
 * test in a virtual machine.
 */
const build = async (device?: DeviceSource) => {
  const settings = device === undefined ? {} : { device };
  return { settings, built: await buildSlot({ settings, cacheDirectory: ".hilt/cache", log: silentLog }) };
};
const ours = await build();
const VECTORS = 2;
const ringing = await build(ringer(VECTORS));
const LIMIT_MS = 20_000;
/** A slot has one client at a time; the second gives up after so long. */
const SECOND_LIMIT_MS = 1000;
/** Slower than the simulation: what a test gives the device so many cycles for is done by then. */
const CLOCK_HZ = 100_000;
/** On a busy machine the process of the slot waits for its turn: an access takes longer than on a card. */
const ACCESS_MS = 1;

function connect(
  socket: string,
  pageRights: "both" | "strict",
  { limitMs = LIMIT_MS, vectors = 1 } = {},
): PcieConnection {
  const onRefusedMapping = (): void => {};
  const device = new VfioUserDevice("card", socket, { limitMs, onRefusedMapping });
  const { map, unmap } = device.dma;
  // The kernel's calls return when they are done; those of a slot that is stepped need not.
  Object.assign(device.dma, {
    map: (...values: Parameters<typeof map>) => {
      map(...values);
      device.config.read(0, 32);
    },
    unmap: (...values: Parameters<typeof unmap>) => {
      unmap(...values);
      device.config.read(0, 32);
    },
  });
  return new PcieConnection("card", { pageRights, clockHz: CLOCK_HZ, accessMs: ACCESS_MS, vectors }, device);
}

/** A slot that runs by itself. Both end after the tests. */
async function open(
  { settings, built }: Awaited<ReturnType<typeof build>>,
  rights: "both" | "strict",
  vectors?: number,
): Promise<{ socket: string; connection: PcieConnection }> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-free-"));
  const slot = await startSlot({ name: "slot", settings, built, folder, time: "free" });
  const connection = connect(slot.socket, rights, { vectors });
  afterAll(async () => {
    await connection[Symbol.asyncDispose]();
    await slot[Symbol.asyncDispose]();
  });
  return { socket: slot.socket, connection };
}

for (const rights of ["both", "strict"] as const) {
  const { socket, connection } = await open(ours, rights);
  const two = await open(ringing, rights, VECTORS);
  const fresh = { seed: 1n, log: silentLog };
  describeLinkContract(
    `a card in a slot that runs by itself, page rights ${rights}`,
    (seed = 1n) => connection.fresh({ ...fresh, seed }),
    {
      rights,
      beside: async () => await connect(socket, rights, { limitMs: SECOND_LIMIT_MS }).fresh(fresh),
      several: () => two.connection.fresh(fresh),
    },
  );
}
