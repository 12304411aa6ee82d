import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Check, NamedSettings } from "../link-kind.ts";
import { setupFault } from "./card-setup.ts";
import { describeFunction, findFunction, listFunctions, SYSFS } from "./pci-function.ts";
import type { PcieSettings } from "./settings.ts";
import { pinLimit } from "./vfio-dma.ts";

const MIB = 2 ** 20;
/** The pages of a few large buffers. */
const ENOUGH_MIB = 8;

/** What this computer has of what cards need; without targets, what can be known without one. */
export function pcieChecks(
  targets: readonly NamedSettings<PcieSettings>[],
  sysfs: string = SYSFS,
): readonly Check[] {
  const isNeeded = targets.length > 0;
  if (!isNeeded && listFunctions(sysfs).length === 0) return [];
  const limit = pinLimit();
  return [
    {
      what: "an IOMMU (for PCIe cards)",
      isNeeded,
      isThere: hasGroups(sysfs),
      remedy: "switch it on in the firmware (VT-d, AMD-Vi) and, on Intel, in the kernel: intel_iommu=on",
    },
    {
      what: `memory that may be locked (for PCIe cards): ${limit === undefined ? "no limit" : `${limit / MIB} MiB`}`,
      isNeeded,
      isThere: limit === undefined || limit >= ENOUGH_MIB * MIB,
      remedy: `raise ulimit -l to ${ENOUGH_MIB * 1024} or more, in /etc/security/limits.conf`,
    },
    ...targets.map((target) => cardCheck(target, sysfs)),
  ];
}

function cardCheck({ name, settings }: NamedSettings<PcieSettings>, sysfs: string): Check {
  try {
    const card = findFunction(name, settings.card, sysfs);
    const fault = setupFault(card, sysfs);
    const driver = card.driver === undefined ? "no driver has it" : `bound to ${card.driver}`;
    const group = card.group === undefined ? "in no IOMMU group" : `IOMMU group ${card.group}`;
    return {
      what: `card ${describeFunction(card)} of ${name}, ${driver}, ${group}`,
      ...{ isNeeded: true, isThere: fault === undefined, remedy: fault ?? "" },
    };
  } catch (error) {
    const what = `card ${settings.card} of ${name}`;
    return { what, isNeeded: true, isThere: false, remedy: (error as Error).message };
  }
}

function hasGroups(sysfs: string): boolean {
  const folder = join(sysfs, "kernel/iommu_groups");
  return existsSync(folder) && readdirSync(folder).length > 0;
}
