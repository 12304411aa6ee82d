import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { NoCardError } from "./card-errors.ts";

/** Where the kernel shows its devices. */
export const SYSFS = "/sys";
/** Base class and subclass of bridges between buses of PCI: they share groups and are nobody's device. */
const PCI_BRIDGE_CLASS = 0x0604;

/** A PCI function as sysfs shows it. */
export interface PciFunction {
  /** Domain, bus, device, function: `0000:03:00.0`. */
  readonly address: string;
  readonly vendor: number;
  readonly device: number;
  /** Base class, subclass, programming interface. */
  readonly class: number;
  /** The kernel's driver that has it. */
  readonly driver: string | undefined;
  /** Absent without an IOMMU. */
  readonly group: string | undefined;
}

/** Domains of bridges that the kernel makes up (VMD) have more than four digits. */
const ADDRESS = /^(?:([\da-f]{4,8}):)?([\da-f]{2}):([\da-f]{2})\.([0-7])$/i;
const IDENTIFIERS = /^([\da-f]{4}):([\da-f]{4})$/i;

/** Whether `card` names a function by its address or by vendor and device. */
export function isCardName(card: string): boolean {
  return ADDRESS.test(card) || IDENTIFIERS.test(card);
}

/** The one function that `card` of the target `name` names: `0000:03:00.0`, `03:00.0`, or vendor and device as `1234:11e8`. */
export function findFunction(name: string, card: string, sysfs: string = SYSFS): PciFunction {
  const found = functionsOf(card, sysfs);
  const [one, ...others] = found;
  if (one === undefined)
    throw new NoCardError(`${name}: card ${card}: this computer has no such PCI function${buses(sysfs)}`);
  if (others.length > 0)
    throw new NoCardError(
      `${name}: card ${card}: ${found.length} PCI functions have these identifiers: ${found.map(({ address }) => address).join(", ")}; the target has to name one by its address`,
    );
  return one;
}

/** All functions of the computer, in order of address. */
export function listFunctions(sysfs: string = SYSFS): PciFunction[] {
  const folder = join(sysfs, "bus/pci/devices");
  return existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((address) => readFunction(address, sysfs))
    : [];
}

/** What would be reachable with the function, too, in its IOMMU group: all but bridges. */
export function sharersOf({ address, group }: PciFunction, sysfs: string = SYSFS): PciFunction[] {
  if (group === undefined) return [];
  return readdirSync(join(sysfs, "kernel/iommu_groups", group, "devices"))
    .filter((name) => name !== address)
    .sort()
    .map((name) => readFunction(name, sysfs))
    .filter((each) => each.class >>> 8 !== PCI_BRIDGE_CLASS);
}

/** `0000:03:00.0 (1234:11e8)`. */
export function describeFunction({ address, vendor, device }: PciFunction): string {
  return `${address} (${hex4(vendor)}:${hex4(device)})`;
}

function functionsOf(card: string, sysfs: string): PciFunction[] {
  const [, domain = "0000", bus, device, part] = ADDRESS.exec(card) ?? [];
  if (bus !== undefined) {
    const address = `${domain}:${bus}:${device}.${part}`.toLowerCase();
    return existsSync(join(sysfs, "bus/pci/devices", address)) ? [readFunction(address, sysfs)] : [];
  }
  const name = card.toLowerCase();
  return listFunctions(sysfs).filter((each) => `${hex4(each.vendor)}:${hex4(each.device)}` === name);
}

function buses(sysfs: string): string {
  const count = listFunctions(sysfs).length;
  return count === 0 ? ": it shows no PCI bus at all" : "";
}

function readFunction(address: string, sysfs: string): PciFunction {
  const folder = join(sysfs, "bus/pci/devices", address);
  const number = (name: string): number => Number(readFileSync(join(folder, name), "utf8"));
  const linked = (name: string): string | undefined =>
    existsSync(join(folder, name)) ? basename(readlinkSync(join(folder, name))) : undefined;
  return {
    ...{ address, vendor: number("vendor"), device: number("device"), class: number("class") },
    ...{ driver: linked("driver"), group: linked("iommu_group") },
  };
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, "0");
}
