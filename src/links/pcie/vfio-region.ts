import { readSync, writeSync } from "node:fs";
import { DeviceMemory } from "../../native/device-memory.ts";
import { ioctl } from "../../native/ioctl.ts";
import type { AccessWidth, PcieRegion } from "./pcie-device.ts";
import { decodeStruct, encodeStruct, structs, vfio } from "./vfio-abi.ts";

const WIDEST_BYTES = 8;

/** Where a region of the device lies in its file, and what the kernel lets one do with it. */
export interface RegionInfo {
  readonly lengthBytes: number;
  readonly offset: number;
  readonly isMappable: boolean;
}

/** Undefined for a region that the function does not have. */
export function regionInfo(device: number, index: number): RegionInfo | undefined {
  const bytes = encodeStruct(structs.vfio_region_info, { index });
  ioctl(device, vfio.VFIO_DEVICE_GET_REGION_INFO, bytes);
  const { flags, size, offset } = decodeStruct(structs.vfio_region_info, bytes);
  const usable = vfio.VFIO_REGION_INFO_FLAG_READ | vfio.VFIO_REGION_INFO_FLAG_WRITE;
  if (size === 0n || (flags & usable) !== usable) return undefined;
  // With capabilities the kernel may have excluded a part, such as the table of MSI-X.
  const asked = vfio.VFIO_REGION_INFO_FLAG_MMAP | vfio.VFIO_REGION_INFO_FLAG_CAPS;
  return {
    lengthBytes: Number(size),
    offset: Number(offset),
    isMappable: (flags & asked) === vfio.VFIO_REGION_INFO_FLAG_MMAP,
  };
}

/**
 * A region through reads and writes of the device's file: the kernel does each as one access of its width, up to 32 bits. That
 * is the way into configuration space, and into a BAR that cannot be mapped.
 */
export class FileRegion implements PcieRegion, Disposable {
  readonly lengthBytes: number;
  readonly #device: number;
  /** A number: with a bigint Node reads there and writes at another place. */
  readonly #start: number;
  readonly #bytes = Buffer.alloc(WIDEST_BYTES);

  constructor(device: number, { lengthBytes, offset }: RegionInfo) {
    this.lengthBytes = lengthBytes;
    this.#device = device;
    this.#start = offset;
  }

  read(offset: number, width: AccessWidth): number {
    checkAccess(this, offset, width);
    readSync(this.#device, this.#bytes, 0, width / 8, this.#start + offset);
    return this.#bytes.readUIntLE(0, width / 8);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    checkAccess(this, offset, width);
    this.#bytes.writeUIntLE(value, 0, width / 8);
    writeSync(this.#device, this.#bytes, 0, width / 8, this.#start + offset);
  }

  read64(): bigint {
    throw new RangeError("the kernel makes two accesses of 64 bits where a BAR cannot be mapped");
  }

  write64(): void {
    this.read64();
  }

  /** The file is its owner's. */
  [Symbol.dispose](): void {}
}

/** A BAR that is mapped. */
export class MappedRegion implements PcieRegion, Disposable {
  readonly lengthBytes: number;
  readonly #memory: DeviceMemory;
  readonly #checkPresence: () => void;

  /** `checkPresence` throws when the card is gone; it is asked after a read that gave all ones. */
  constructor(device: number, { lengthBytes, offset }: RegionInfo, checkPresence: () => void) {
    this.lengthBytes = lengthBytes;
    this.#memory = new DeviceMemory(device, offset, lengthBytes);
    this.#checkPresence = checkPresence;
  }

  read(offset: number, width: AccessWidth): number {
    checkAccess(this, offset, width);
    const value = this.#memory.read(offset, width);
    if (value === 2 ** width - 1) this.#checkPresence();
    return value;
  }

  write(offset: number, width: AccessWidth, value: number): void {
    checkAccess(this, offset, width);
    this.#memory.write(offset, width, value);
  }

  read64(offset: number): bigint {
    checkAccess(this, offset, 64);
    const value = this.#memory.read64(offset);
    if (value === 2n ** 64n - 1n) this.#checkPresence();
    return value;
  }

  write64(offset: number, value: bigint): void {
    checkAccess(this, offset, 64);
    this.#memory.write64(offset, value);
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }
}

function checkAccess({ lengthBytes }: PcieRegion, offset: number, width: AccessWidth | 64): void {
  const bytes = width / 8;
  if (Number.isInteger(offset) && offset >= 0 && offset % bytes === 0 && offset + bytes <= lengthBytes)
    return;
  throw new RangeError(
    `an access of ${width} bits at ${offset} is not a whole one in a region of ${lengthBytes} bytes`,
  );
}
