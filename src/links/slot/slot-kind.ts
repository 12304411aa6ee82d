import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LinkKind } from "../link-kind.ts";
import { usefulSignals } from "../signal-groups.ts";
import { verilatorCheck } from "../simulator/simulator-checks.ts";
import { serveSlot } from "./serve-slot.ts";
import { SlotConnection } from "./slot-connection.ts";
import { type SlotTarget, slotTraits } from "./slot-traits.ts";
import { type BuiltSlot, buildSlot, startSlot } from "./start-slot.ts";

const STALL_MS = 20_000;

/** What every worker of a run needs. */
export interface PreparedSlot {
  readonly built: BuiltSlot;
  readonly patterns: readonly string[] | undefined;
}

/** The device as a PCI function in a process of its own; each worker starts one. */
export const kind: LinkKind<SlotTarget, PreparedSlot> = {
  traits: slotTraits,
  describe: ({ function: { vendorId = 0x1234, deviceId = 0x11e9 } = {} }) =>
    `a simulated PCIe slot by vfio-user, ${[vendorId, deviceId].map((id) => id.toString(16).padStart(4, "0")).join(":")}`,
  checks: async (targets) =>
    [...new Set(targets.map(({ settings }) => settings.verilator))].map((path) => {
      const users = targets.filter(({ settings }) => settings.verilator === path);
      return verilatorCheck(
        path,
        users.map(({ name }) => name),
      );
    }),
  async prepare(name, settings, { cacheDirectory, log, waves }) {
    const { model, ...built } = await buildSlot({
      ...{ name, settings, cacheDirectory, log, waves: waves !== undefined },
    });
    const { files, includeDirectories = [] } = model.source;
    return {
      prepared: { built, patterns: waves === undefined ? undefined : (waves.patterns ?? usefulSignals) },
      sources: [...files, ...includeDirectories],
      warnings: model.warnings,
      build: model,
      [Symbol.asyncDispose]: async () => {},
    };
  },
  serve: serveSlot,
  async connect(name, settings, { built, patterns }) {
    const folder = mkdtempSync(join(tmpdir(), "hilt-slot-"));
    const stallMs = settings.stallSeconds === undefined ? STALL_MS : 1000 * settings.stallSeconds;
    try {
      const slot = await startSlot({ name, settings, folder, time: "stepped", built });
      return new SlotConnection({ name, settings, slot, stallMs, patterns });
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  },
};
