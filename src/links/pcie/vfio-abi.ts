/**
 * What hilt uses of the kernel's VFIO, by the names of `linux/vfio.h`; vfio-user has the same structs in its messages. A test
 * holds both tables against the header of the system.
 */
export const vfio = {
  VFIO_API_VERSION: 0,
  VFIO_TYPE1v2_IOMMU: 3,

  VFIO_GET_API_VERSION: 0x3b64,
  VFIO_CHECK_EXTENSION: 0x3b65,
  VFIO_SET_IOMMU: 0x3b66,
  VFIO_GROUP_GET_STATUS: 0x3b67,
  VFIO_GROUP_SET_CONTAINER: 0x3b68,
  VFIO_GROUP_UNSET_CONTAINER: 0x3b69,
  VFIO_GROUP_GET_DEVICE_FD: 0x3b6a,
  VFIO_DEVICE_GET_INFO: 0x3b6b,
  VFIO_DEVICE_GET_REGION_INFO: 0x3b6c,
  VFIO_DEVICE_GET_IRQ_INFO: 0x3b6d,
  VFIO_DEVICE_SET_IRQS: 0x3b6e,
  VFIO_DEVICE_RESET: 0x3b6f,
  VFIO_IOMMU_GET_INFO: 0x3b70,
  VFIO_IOMMU_MAP_DMA: 0x3b71,
  VFIO_IOMMU_UNMAP_DMA: 0x3b72,

  VFIO_GROUP_FLAGS_VIABLE: 1,
  VFIO_DEVICE_FLAGS_RESET: 1,
  VFIO_DEVICE_FLAGS_PCI: 2,

  VFIO_REGION_INFO_FLAG_READ: 1,
  VFIO_REGION_INFO_FLAG_WRITE: 2,
  VFIO_REGION_INFO_FLAG_MMAP: 4,
  VFIO_REGION_INFO_FLAG_CAPS: 8,
  VFIO_REGION_INFO_CAP_SPARSE_MMAP: 1,

  VFIO_PCI_BAR0_REGION_INDEX: 0,
  VFIO_PCI_BAR5_REGION_INDEX: 5,
  VFIO_PCI_ROM_REGION_INDEX: 6,
  VFIO_PCI_CONFIG_REGION_INDEX: 7,
  VFIO_PCI_NUM_REGIONS: 9,

  VFIO_PCI_INTX_IRQ_INDEX: 0,
  VFIO_PCI_MSI_IRQ_INDEX: 1,
  VFIO_PCI_MSIX_IRQ_INDEX: 2,
  VFIO_PCI_ERR_IRQ_INDEX: 3,
  VFIO_PCI_REQ_IRQ_INDEX: 4,
  VFIO_PCI_NUM_IRQS: 5,

  VFIO_IRQ_INFO_EVENTFD: 1,
  VFIO_IRQ_INFO_NORESIZE: 8,
  VFIO_IRQ_SET_DATA_NONE: 1,
  VFIO_IRQ_SET_DATA_EVENTFD: 4,
  VFIO_IRQ_SET_ACTION_TRIGGER: 0x20,

  VFIO_DMA_MAP_FLAG_READ: 1,
  VFIO_DMA_MAP_FLAG_WRITE: 2,
  VFIO_DMA_UNMAP_FLAG_ALL: 2,
  VFIO_IOMMU_INFO_CAPS: 2,
  VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE: 1,
} as const;

/** Bytes of a field; those of 8 are bigints. */
type Width = 2 | 4 | 8;
type Fields = Readonly<Record<string, readonly [offset: number, width: Width]>>;

export interface Struct<F extends Fields = Fields> {
  readonly lengthBytes: number;
  readonly fields: F;
}

export type Values<F extends Fields> = { [K in keyof F]: F[K][1] extends 8 ? bigint : number };

function struct<const F extends Fields>(lengthBytes: number, fields: F): Struct<F> {
  return { lengthBytes, fields };
}

export const structs = {
  vfio_info_cap_header: struct(8, { id: [0, 2], version: [2, 2], next: [4, 4] }),
  vfio_group_status: struct(8, { argsz: [0, 4], flags: [4, 4] }),
  vfio_device_info: struct(20, {
    argsz: [0, 4],
    flags: [4, 4],
    num_regions: [8, 4],
    num_irqs: [12, 4],
    cap_offset: [16, 4],
  }),
  vfio_region_info: struct(32, {
    argsz: [0, 4],
    flags: [4, 4],
    index: [8, 4],
    cap_offset: [12, 4],
    size: [16, 8],
    offset: [24, 8],
  }),
  /** Followed by the areas. */
  vfio_region_info_cap_sparse_mmap: struct(16, { nr_areas: [8, 4] }),
  vfio_region_sparse_mmap_area: struct(16, { offset: [0, 8], size: [8, 8] }),
  vfio_irq_info: struct(16, { argsz: [0, 4], flags: [4, 4], index: [8, 4], count: [12, 4] }),
  /** Followed by descriptors of 4 bytes each. */
  vfio_irq_set: struct(20, {
    argsz: [0, 4],
    flags: [4, 4],
    index: [8, 4],
    start: [12, 4],
    count: [16, 4],
  }),
  vfio_iommu_type1_info: struct(24, {
    argsz: [0, 4],
    flags: [4, 4],
    iova_pgsizes: [8, 8],
    cap_offset: [16, 4],
  }),
  /** Followed by the ranges. */
  vfio_iommu_type1_info_cap_iova_range: struct(16, { nr_iovas: [8, 4] }),
  vfio_iova_range: struct(16, { start: [0, 8], end: [8, 8] }),
  vfio_iommu_type1_dma_map: struct(32, {
    argsz: [0, 4],
    flags: [4, 4],
    vaddr: [8, 8],
    iova: [16, 8],
    size: [24, 8],
  }),
  vfio_iommu_type1_dma_unmap: struct(24, { argsz: [0, 4], flags: [4, 4], iova: [8, 8], size: [16, 8] }),
} as const;

/** `values` and, where the struct begins with it, its own length; all else is 0. `extraBytes` come after it, and count. */
export function encodeStruct<F extends Fields>(
  { lengthBytes, fields }: Struct<F>,
  values: Partial<Values<F>>,
  extraBytes = 0,
): Buffer {
  const bytes = Buffer.alloc(lengthBytes + extraBytes);
  const given: Readonly<Record<string, number | bigint | undefined>> = { argsz: bytes.length, ...values };
  for (const [name, [offset, width]] of Object.entries(fields)) {
    const value = given[name] ?? 0;
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), offset);
    else bytes.writeUIntLE(Number(value), offset, width);
  }
  return bytes;
}

/** The fields of a struct that begins at `at`. */
export function decodeStruct<F extends Fields>({ fields }: Struct<F>, bytes: Buffer, at = 0): Values<F> {
  const values = Object.entries(fields).map(([name, [offset, width]]) => [
    name,
    width === 8 ? bytes.readBigUInt64LE(at + offset) : bytes.readUIntLE(at + offset, width),
  ]);
  return Object.fromEntries(values) as Values<F>;
}
