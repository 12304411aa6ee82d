/** Constants of the WDM DMA interface, with their names and values in wdm.h and ntstatus.h. */
export const STATUS_SUCCESS = 0x0000_0000;
export const STATUS_NOT_IMPLEMENTED = 0xc000_0002;
export const STATUS_INVALID_PARAMETER = 0xc000_000d;
export const STATUS_BUFFER_TOO_SMALL = 0xc000_0023;
export const STATUS_NONE_MAPPED = 0xc000_0073;
export const STATUS_INSUFFICIENT_RESOURCES = 0xc000_009a;
export const STATUS_NOT_SUPPORTED = 0xc000_00bb;
export const STATUS_CANCELLED = 0xc000_0120;

const statusNames: ReadonlyMap<number, string> = new Map(
  Object.entries({
    STATUS_SUCCESS,
    STATUS_NOT_IMPLEMENTED,
    STATUS_INVALID_PARAMETER,
    STATUS_BUFFER_TOO_SMALL,
    STATUS_NONE_MAPPED,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_NOT_SUPPORTED,
    STATUS_CANCELLED,
  }).map(([name, value]) => [value, name]),
);

/** The name in ntstatus.h of a status of this interface, or its number. */
export function statusName(status: number): string {
  return statusNames.get(status) ?? `0x${status.toString(16).padStart(8, "0")}`;
}

/** True for success and informational codes (severity 0 and 1). */
export function NT_SUCCESS(status: number): boolean {
  return status >>> 30 < 2;
}

export const PASSIVE_LEVEL = 0;
export const APC_LEVEL = 1;
export const DISPATCH_LEVEL = 2;

export const DEVICE_DESCRIPTION_VERSION = 0;
export const DEVICE_DESCRIPTION_VERSION1 = 1;
export const DEVICE_DESCRIPTION_VERSION2 = 2;
export const DEVICE_DESCRIPTION_VERSION3 = 3;
/** INTERFACE_TYPE. */
export const InterfaceTypeUndefined = -1;
export const Internal = 0;
export const PCIBus = 5;

export const DMA_TRANSFER_CONTEXT_VERSION1 = 1;
/** Bytes of a transfer context on a 64-bit system. */
export const DMA_TRANSFER_CONTEXT_SIZE_V1 = 128;

export const DMA_ADAPTER_INFO_VERSION1 = 1;
export const DMA_TRANSFER_INFO_VERSION1 = 1;
export const DMA_TRANSFER_INFO_VERSION2 = 2;

/** Flags of the routines that allocate. */
export const DMA_SYNCHRONOUS_CALLBACK = 0x01;
export const DMA_ZERO_BUFFERS = 0x02;
export const DMA_FAIL_ON_BOUNCE = 0x04;

/** IO_ALLOCATION_ACTION. */
export const KeepObject = 1;
export const DeallocateObject = 2;
export const DeallocateObjectKeepRegisters = 3;

/** "No limit" in a ULONG. */
export const MAXULONG = 0xffff_ffff;
