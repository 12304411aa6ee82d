import { accessSync, constants, existsSync } from "node:fs";
import { CardSetupError } from "./card-errors.ts";
import { describeFunction, type PciFunction, SYSFS, sharersOf } from "./pci-function.ts";

/** The driver that gives a function to user space. */
const DRIVER = "vfio-pci";
export const CONTAINER = "/dev/vfio/vfio";

export function groupPath({ group }: PciFunction): string {
  return `/dev/vfio/${group}`;
}

/** Why user space may not have the function as things are, with the commands that change it; undefined when it may. */
export function setupFault(card: PciFunction, sysfs: string = SYSFS): string | undefined {
  if (card.group === undefined)
    return "no IOMMU confines it: switch the IOMMU on in the firmware (VT-d, AMD-Vi) and in the kernel (intel_iommu=on)";
  const sharers = sharersOf(card, sysfs);
  if (sharers.length > 0)
    return `IOMMU group ${card.group} has other devices in it, which could not be kept apart: ${sharers.map(describeFunction).join(", ")}; another slot often has a group of its own`;
  if (card.driver !== DRIVER)
    return `${card.driver === undefined ? "no driver has it" : `the driver ${card.driver} has it`}, not ${DRIVER}; to bind it:\n${bindCommands(card).join("\n")}`;
  const path = groupPath(card);
  if (!existsSync(path)) return `${path} is not there, though ${DRIVER} has it`;
  if (!mayUse(path)) return `${path} may not be opened; to permit it:\n${permitCommand(card)}`;
  if (!mayUse(CONTAINER))
    return `${CONTAINER} may not be opened; to permit it:\n  sudo chmod 666 ${CONTAINER}`;
  return undefined;
}

/** Throws `CardSetupError`. hilt changes nothing of it by itself. */
export function checkSetup(name: string, card: PciFunction, sysfs: string = SYSFS): void {
  const fault = setupFault(card, sysfs);
  if (fault !== undefined) throw new CardSetupError(`${name}: card ${describeFunction(card)}: ${fault}`);
}

/** What gives the function to user space, as a user types it. */
export function bindCommands(card: PciFunction): readonly string[] {
  const folder = `/sys/bus/pci/devices/${card.address}`;
  return [
    `  sudo modprobe ${DRIVER}`,
    `  echo ${DRIVER} | sudo tee ${folder}/driver_override`,
    ...(card.driver === undefined ? [] : [`  echo ${card.address} | sudo tee ${folder}/driver/unbind`]),
    `  echo ${card.address} | sudo tee /sys/bus/pci/drivers_probe`,
    permitCommand(card),
  ];
}

function permitCommand(card: PciFunction): string {
  return `  sudo chown $USER ${groupPath(card)}`;
}

function mayUse(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
