import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../../src/core/log.ts";
import type { SlotTarget } from "../../../src/links/slot/slot-traits.ts";
import { buildSlot, type RunningSlot, startSlot } from "../../../src/links/slot/start-slot.ts";

/** A slot for a test, in a folder with a space and an umlaut. */
export async function slotFor(time: "stepped" | "free", settings: SlotTarget = {}): Promise<RunningSlot> {
  const built = await buildSlot({ settings, cacheDirectory: ".hilt/cache", log: silentLog });
  const folder = mkdtempSync(join(tmpdir(), "hilt slöt "));
  return await startSlot({ name: "slot", settings, built, folder, time });
}
