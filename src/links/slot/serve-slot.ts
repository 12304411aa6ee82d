import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PrepareOptions, Served } from "../link-kind.ts";
import type { SlotTarget } from "./slot-traits.ts";
import { buildSlot, startSlot } from "./start-slot.ts";

/** A slot that runs freely, for a virtual machine or any other client of vfio-user. */
export async function serveSlot(
  name: string,
  settings: SlotTarget,
  { cacheDirectory, log }: PrepareOptions,
): Promise<Served> {
  const built = await buildSlot({ settings, cacheDirectory, log });
  const folder = mkdtempSync(join(tmpdir(), "hilt-slot-"));
  const slot = await startSlot({ name, settings, built, folder, time: "free" });
  const { pid, socket, control, lost } = slot;
  return {
    lost,
    facts: { name, pid, socket, control },
    lines: [
      `target ${name} runs in a simulated slot: process ${pid}, socket ${socket}`,
      "to plug it into a virtual machine of QEMU 10.1 or newer:",
      ...qemuLine(socket).map((line) => `    ${line}`),
      "Ctrl-C ends it",
    ],
    [Symbol.asyncDispose]: async () => await slot[Symbol.asyncDispose](),
  };
}

/** With an IOMMU that tells the slot each mapping of the guest's, and memory that can be shared with it. */
function qemuLine(socket: string): string[] {
  const device = JSON.stringify({ driver: "vfio-user-pci", socket: { path: socket, type: "unix" } });
  return [
    "qemu-system-x86_64 -M q35,memory-backend=ram0 \\",
    "    -object memory-backend-memfd,id=ram0,size=1G,share=on -m 1G \\",
    "    -device intel-iommu,intremap=on,caching-mode=on \\",
    `    -device '${device.replaceAll("'", String.raw`'\''`)}' ...`,
  ];
}
