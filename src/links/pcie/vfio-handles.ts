import { closeSync, constants, openSync } from "node:fs";
import { SystemCallError } from "../../native/errors.ts";
import { ioctl } from "../../native/ioctl.ts";
import { CardBusyError, CardSetupError } from "./card-errors.ts";
import { CONTAINER, groupPath } from "./card-setup.ts";
import { describeFunction, type PciFunction } from "./pci-function.ts";
import { decodeStruct, encodeStruct, structs, vfio } from "./vfio-abi.ts";

const DESCRIPTOR_BYTES = 4;

/**
 * The three files by which the kernel's VFIO gives a function away: the container has the mappings of the IOMMU, the group is
 * what the IOMMU can keep apart, the device is the function. The kernel undoes everything when they are closed, also when
 * the process was killed.
 */
export class VfioHandles implements Disposable {
  readonly container: number;
  readonly device: number;
  readonly #group: number;
  #isOpen = true;

  private constructor(container: number, group: number, device: number) {
    this.container = container;
    this.#group = group;
    this.device = device;
  }

  /** Throws `CardBusyError` where another process has the function, `CardSetupError` where the kernel refuses it. */
  static open(name: string, card: PciFunction): VfioHandles {
    const what = `${name}: card ${describeFunction(card)}`;
    const opened: number[] = [];
    try {
      const container = openFile(CONTAINER, opened);
      checkContainer(container);
      const group = openFile(groupPath(card), opened);
      const status = encodeStruct(structs.vfio_group_status, {});
      ioctl(group, vfio.VFIO_GROUP_GET_STATUS, status);
      const { flags } = decodeStruct(structs.vfio_group_status, status);
      if ((flags & vfio.VFIO_GROUP_FLAGS_VIABLE) === 0)
        throw new CardSetupError(
          `${what}: the kernel does not give IOMMU group ${card.group} away: a device in it has another driver`,
        );
      const descriptor = Buffer.alloc(DESCRIPTOR_BYTES);
      descriptor.writeInt32LE(container);
      ioctl(group, vfio.VFIO_GROUP_SET_CONTAINER, descriptor);
      ioctl(container, vfio.VFIO_SET_IOMMU, vfio.VFIO_TYPE1v2_IOMMU);
      const device = ioctl(group, vfio.VFIO_GROUP_GET_DEVICE_FD, Buffer.from(`${card.address}\0`));
      return new VfioHandles(container, group, device);
    } catch (error) {
      for (const each of opened.reverse()) closeSync(each);
      throw refusal(what, card, error);
    }
  }

  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.device);
    closeSync(this.#group);
    closeSync(this.container);
  }
}

function openFile(path: string, opened: number[]): number {
  const descriptor = openSync(path, constants.O_RDWR);
  opened.push(descriptor);
  return descriptor;
}

function checkContainer(container: number): void {
  const version = ioctl(container, vfio.VFIO_GET_API_VERSION);
  if (version !== vfio.VFIO_API_VERSION)
    throw new CardSetupError(`${CONTAINER}: version ${version} of VFIO, hilt knows ${vfio.VFIO_API_VERSION}`);
  if (ioctl(container, vfio.VFIO_CHECK_EXTENSION, vfio.VFIO_TYPE1v2_IOMMU) !== 1)
    throw new CardSetupError(`${CONTAINER}: the kernel has no IOMMU of type 1, version 2`);
}

function refusal(what: string, card: PciFunction, error: unknown): unknown {
  const code = error instanceof SystemCallError ? error.errno : (error as NodeJS.ErrnoException).code;
  const cause = { cause: error };
  if (code === "EBUSY")
    return new CardBusyError(`${what}: another process has ${groupPath(card)} open`, cause);
  if (code === "EPERM")
    return new CardSetupError(
      `${what}: the kernel refuses it (EPERM): without interrupt remapping a device could raise any interrupt of the computer`,
      cause,
    );
  if (code === "ENOENT" || code === "EACCES" || error instanceof SystemCallError)
    return new CardSetupError(`${what}: ${(error as Error).message}`, cause);
  return error;
}
