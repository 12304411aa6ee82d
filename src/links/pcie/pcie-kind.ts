import type { LinkKind } from "../link-kind.ts";
import { pcieChecks } from "./card-checks.ts";
import { checkSetup } from "./card-setup.ts";
import { KernelDevice } from "./kernel-device.ts";
import { findFunction } from "./pci-function.ts";
import { PcieConnection } from "./pcie-connection.ts";
import { pcieTraits } from "./pcie-traits.ts";
import type { PcieSettings } from "./settings.ts";

/** A card in a PCI Express slot of this computer. */
export const kind: LinkKind<PcieSettings, undefined> = {
  traits: pcieTraits,
  describe: ({ card }) => `the PCIe card ${card}`,
  checks: async (targets) => pcieChecks(targets),
  async prepare(name, { card }) {
    checkSetup(name, findFunction(name, card));
    return { prepared: undefined, sources: [], warnings: [], [Symbol.asyncDispose]: async () => {} };
  },
  async connect(name, settings) {
    const device = KernelDevice.open(name, settings.card);
    try {
      return new PcieConnection(name, settings, device);
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
  },
};
