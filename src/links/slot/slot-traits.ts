import type { Pace, Traits } from "../../bus/traits.ts";
import { vectorsOf } from "../device-binding.ts";
import type { Resolved } from "../registry.ts";
import { paceOf } from "../simulator/simulator-traits.ts";
import type { SlotSettings } from "./settings.ts";

export type SlotTarget = Resolved<SlotSettings>;

/** What an IOMMU checks. */
const PAGE_BYTES = 4096;

export function slotTraits({ device }: SlotTarget, { waves }: { readonly waves: boolean }): Traits {
  return {
    ...{ time: "stepped", interrupts: "message", registerErrors: "silent", observes: "bursts" },
    vectors: vectorsOf(device),
    ...{ busRules: true, errors: true, waves, signals: false },
    windows: { readUnit: PAGE_BYTES, writeUnit: PAGE_BYTES, reportsFaults: true },
    ...{ registerBits: 32, users: "many" },
  };
}

export function slotPace({ harness, device }: SlotTarget): Pace {
  return paceOf({ engine: "verilator", harness, device });
}
