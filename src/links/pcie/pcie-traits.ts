import type { Pace, Traits } from "../../bus/traits.ts";
import { PAGE_SIZE } from "../../core/address.ts";
import type { PcieSettings } from "./settings.ts";

/** What an IOMMU checks is pages, and what it stops it reports to nobody. */
export function pcieTraits({ vectors = 1 }: Pick<PcieSettings, "vectors">): Traits {
  return {
    ...{ time: "wall", interrupts: "message", registerErrors: "silent", observes: "nothing" },
    ...{ busRules: false, errors: false, waves: false, signals: false },
    windows: { readUnit: PAGE_SIZE, writeUnit: PAGE_SIZE, reportsFaults: false },
    ...{ vectors, registerBits: 32, users: "one" },
  };
}

/** What the slowest card does that is worth the name. */
export function pciePace({ accessMs = 0.1 }: Pick<PcieSettings, "accessMs">): Pace {
  return { accessMs, bytesPerSecond: 1_000_000 };
}
