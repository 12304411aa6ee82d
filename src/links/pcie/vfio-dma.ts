import { readFileSync } from "node:fs";
import type { Access } from "../../bus/window.ts";
import { SystemCallError } from "../../native/errors.ts";
import { ioctl } from "../../native/ioctl.ts";
import { addressOf } from "../../native/map-file.ts";
import { SharedMemory } from "../../native/shared-memory.ts";
import { PinLimitError } from "./card-errors.ts";
import type { DmaMemory, PcieDma } from "./pcie-device.ts";
import { decodeStruct, encodeStruct, structs, vfio } from "./vfio-abi.ts";

/** Room for the struct with its capabilities; the kernel says when it needs more. */
const INFO_BYTES = 4096;
const MIB = 2 ** 20;

interface Mapping {
  readonly iova: bigint;
  readonly lengthBytes: number;
}

/** Memory that is pinned, and its place in the address space that the IOMMU gives the function. */
export class VfioDma implements PcieDma {
  readonly ranges: PcieDma["ranges"];
  readonly #container: number;
  readonly #mappings = new Map<bigint, Mapping>();

  constructor(container: number) {
    this.#container = container;
    this.ranges = readRanges(container);
  }

  allocate(lengthBytes: number): DmaMemory {
    return new SharedMemory("hilt-dma", lengthBytes);
  }

  map(memory: DmaMemory, offset: number, lengthBytes: number, iova: bigint, access: Access): void {
    const reads = access === "write" ? 0 : vfio.VFIO_DMA_MAP_FLAG_READ;
    const writes = access === "read" ? 0 : vfio.VFIO_DMA_MAP_FLAG_WRITE;
    const values = { flags: reads | writes, iova, size: BigInt(lengthBytes) };
    const vaddr = addressOf(memory.bytes) + BigInt(offset);
    try {
      ioctl(
        this.#container,
        vfio.VFIO_IOMMU_MAP_DMA,
        encodeStruct(structs.vfio_iommu_type1_dma_map, { ...values, vaddr }),
      );
    } catch (error) {
      throw error instanceof SystemCallError && error.errno === "ENOMEM" ? this.#pinLimit(error) : error;
    }
    this.#mappings.set(iova, { iova, lengthBytes });
  }

  unmap(iova: bigint, lengthBytes: number): void {
    this.#mappings.delete(iova);
    const values = { iova, size: BigInt(lengthBytes) };
    const bytes = encodeStruct(structs.vfio_iommu_type1_dma_unmap, values);
    ioctl(this.#container, vfio.VFIO_IOMMU_UNMAP_DMA, bytes);
    const { size } = decodeStruct(structs.vfio_iommu_type1_dma_unmap, bytes);
    if (size !== BigInt(lengthBytes))
      throw new Error(`${size} bytes were mapped at ${iova.toString(16)}, not ${lengthBytes}`);
  }

  unmapAll(): void {
    for (const { iova, lengthBytes } of [...this.#mappings.values()]) this.unmap(iova, lengthBytes);
  }

  #pinLimit(cause: Error): Error {
    const pinned = [...this.#mappings.values()].reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    const limit = pinLimit();
    const most = limit === undefined ? "no limit of locked memory" : `at most ${limit / MIB} MiB`;
    return new PinLimitError(
      `the kernel pins no more memory for the card: ${pinned / MIB} MiB are pinned, and this process may lock ${most} (ulimit -l)`,
      { cause },
    );
  }
}

/** Bytes that this process may lock; undefined where there is no limit. */
export function pinLimit(): number | undefined {
  const [, soft] = /^Max locked memory\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return soft === undefined || soft === "unlimited" ? undefined : Number(soft);
}

function readRanges(container: number): PcieDma["ranges"] {
  const { vfio_iommu_type1_info: info, vfio_info_cap_header: header } = structs;
  const bytes = encodeStruct(info, {}, INFO_BYTES);
  ioctl(container, vfio.VFIO_IOMMU_GET_INFO, bytes);
  let at = decodeStruct(info, bytes).cap_offset;
  while (at !== 0) {
    const { id, next } = decodeStruct(header, bytes, at);
    if (id === vfio.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) return rangesAt(bytes, at);
    at = next;
  }
  // Kernels before 5.4 do not say: they refuse a mapping that they cannot make.
  return [{ first: 0n, last: 2n ** 64n - 1n }];
}

function rangesAt(bytes: Buffer, at: number): PcieDma["ranges"] {
  const { vfio_iommu_type1_info_cap_iova_range: list, vfio_iova_range: range } = structs;
  const { nr_iovas: count } = decodeStruct(list, bytes, at);
  return Array.from({ length: count }, (_, index) => {
    const { start, end } = decodeStruct(range, bytes, at + list.lengthBytes + index * range.lengthBytes);
    return { first: start, last: end };
  });
}
