import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pcieChecks } from "../../../src/links/pcie/card-checks.ts";
import { checkSetup } from "../../../src/links/pcie/card-setup.ts";
import { findFunction, isCardName, sharersOf } from "../../../src/links/pcie/pci-function.ts";

/** Files as the kernel shows PCI functions; the virtual machine has the real ones. */
let sysfs: string;
beforeEach(() => {
  sysfs = mkdtempSync(join(tmpdir(), "hilt sys-ä-"));
});
afterEach(() => rmSync(sysfs, { recursive: true, force: true }));

interface Shown {
  readonly ids: readonly [vendor: string, device: string];
  readonly class?: string;
  readonly group?: number;
  readonly driver?: string;
}

function show(
  address: string,
  { ids: [vendor, device], class: kind = "0xff0000", group, driver }: Shown,
): void {
  const folder = join(sysfs, "bus/pci/devices", address);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "vendor"), `${vendor}\n`);
  writeFileSync(join(folder, "device"), `${device}\n`);
  writeFileSync(join(folder, "class"), `${kind}\n`);
  const link = (name: string, target: string): void => {
    mkdirSync(target, { recursive: true });
    symlinkSync(target, join(folder, name));
  };
  if (driver !== undefined) link("driver", join(sysfs, "bus/pci/drivers", driver));
  if (group === undefined) return;
  const own = join(sysfs, "kernel/iommu_groups", String(group));
  link("iommu_group", own);
  mkdirSync(join(own, "devices", address), { recursive: true });
}

const ours = { ids: ["0x1234", "0x11e9"] } as const;

test("a card is found by its address, with and without the domain, and by its identifiers", () => {
  show("0000:03:00.0", { ...ours, group: 14 });
  show("0001:03:00.0", { ids: ["0x1234", "0xabcd"] });
  for (const name of ["0000:03:00.0", "03:00.0", "1234:11e9", "1234:11E9"])
    expect(findFunction("card", name, sysfs)).toMatchObject({ address: "0000:03:00.0", group: "14" });
  expect(findFunction("card", "0001:03:00.0", sysfs).device).toBe(0xabcd);
});

test("a card that is not there, or is there twice, is reported so", () => {
  show("0000:03:00.0", ours);
  show("0000:04:00.0", ours);
  expect(() => findFunction("card", "1234:11e9", sysfs)).toThrow(
    "card: card 1234:11e9: 2 PCI functions have these identifiers: 0000:03:00.0, 0000:04:00.0; the target has to name one by its address",
  );
  expect(() => findFunction("card", "05:00.0", sysfs)).toThrow(/no such PCI function$/);
  const empty = join(sysfs, "nothing");
  expect(() => findFunction("card", "05:00.0", empty)).toThrow(/it shows no PCI bus at all/);
});

test("names of cards are addresses and identifiers", () => {
  for (const name of ["0000:03:00.0", "10000:e1:00.0", "03:00.7", "1234:11e9"])
    expect(isCardName(name)).toBe(true);
  for (const name of ["", "3:0.0", "03:00.8", "1234:11e", "1234", "0000:03:00.0 "])
    expect(isCardName(name), name).toBe(false);
});

test("bridges do not share a group, other devices do", () => {
  show("0000:03:00.0", { ...ours, group: 14, driver: "nvme" });
  show("0000:00:01.0", { ids: ["0x8086", "0x1901"], class: "0x060400", group: 14 });
  const card = findFunction("card", "03:00.0", sysfs);
  expect(sharersOf(card, sysfs)).toEqual([]);
  show("0000:03:00.1", { ids: ["0x1234", "0x11ea"], group: 14 });
  expect(() => checkSetup("card", card, sysfs)).toThrow(
    /IOMMU group 14 has other devices in it.*: 0000:03:00\.1 \(1234:11ea\);/,
  );
});

test("a card of another driver, or of none, is refused with the commands that bind it", () => {
  show("0000:03:00.0", { ...ours, group: 14, driver: "nvme" });
  const refusal = (): string => {
    try {
      checkSetup("card", findFunction("card", "03:00.0", sysfs), sysfs);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(refusal()).toContain("the driver nvme has it, not vfio-pci");
  expect(refusal()).toContain("echo 0000:03:00.0 | sudo tee /sys/bus/pci/devices/0000:03:00.0/driver/unbind");
  rmSync(join(sysfs, "bus/pci/devices/0000:03:00.0/driver"));
  expect(refusal()).toContain("no driver has it, not vfio-pci");
  expect(refusal()).not.toContain("unbind");
  expect(refusal()).toMatch(/sudo chown \$USER \/dev\/vfio\/14$/);
});

test("a card that no IOMMU confines is refused", () => {
  show("0000:03:00.0", { ...ours, driver: "vfio-pci" });
  expect(() => checkSetup("card", findFunction("card", "03:00.0", sysfs), sysfs)).toThrow(
    /no IOMMU confines it/,
  );
});

test("hilt doctor says of each card what has it and what is missing; without cards and targets nothing", () => {
  expect(pcieChecks([], sysfs)).toEqual([]);
  show("0000:03:00.0", { ...ours, group: 14, driver: "nvme" });
  const [iommu, memory, card, absent] = pcieChecks(
    [
      { name: "card", settings: { card: "03:00.0" } },
      { name: "other", settings: { card: "04:00.0" } },
    ],
    sysfs,
  );
  expect(iommu).toMatchObject({ isNeeded: true, isThere: true });
  expect(memory?.what).toMatch(/memory that may be locked/);
  expect(card).toMatchObject({
    what: "card 0000:03:00.0 (1234:11e9) of card, bound to nvme, IOMMU group 14",
    isThere: false,
  });
  expect(card?.remedy).toContain("driver_override");
  expect(absent).toMatchObject({ isNeeded: true, isThere: false });
});
